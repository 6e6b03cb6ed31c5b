// A stand-in for Shopify's App Bridge: a fresh session token for each fetch, XHR and document of the app.
(() => {
  const script = document.currentScript;
  const admin = new URL(script.src).pathname.startsWith("/cdn.shopify.com")
    ? `${new URL(script.src).origin}/admin.shopify.com` : "https://admin.shopify.com";
  const query = new URLSearchParams(location.search);
  const shop = query.get("shop") || sessionStorage.getItem("sim-shop");
  if (shop) sessionStorage.setItem("sim-shop", shop);
  const plain = window.fetch.bind(window);
  const idToken = async () => (await (await plain(`${admin}/id-token/${shop}`)).json()).token;
  const ours = (address) => new URL(address, location.href).origin === location.origin;

  window.shopify = {
    config: { apiKey: script.dataset.apiKey, shop },
    idToken,
    app: { extensions: async () => (await plain(`${admin}/extensions/${shop}`)).json() },
    toast: { show() {} },
  };
  window.fetch = async (input, init = {}) => {
    const address = input instanceof Request ? input.url : input;
    if (!ours(address)) return plain(input, init);
    const headers = new Headers(init.headers || (input instanceof Request ? input.headers : {}));
    headers.set("Authorization", `Bearer ${await idToken()}`);
    return plain(input, { ...init, headers });
  };
  const open = XMLHttpRequest.prototype.open, send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    this.simOurs = ours(address);
    return open.call(this, method, address, ...rest);
  };
  XMLHttpRequest.prototype.send = async function (body) {
    if (this.simOurs) this.setRequestHeader("Authorization", `Bearer ${await idToken()}`);
    send.call(this, body);
  };
  const reload = query.get("shopify-reload");
  if (reload) {
    idToken().then((token) => {
      const next = new URL(reload, location.origin);
      next.searchParams.set("id_token", token);
      location.replace(next);
    });
  }
})();
