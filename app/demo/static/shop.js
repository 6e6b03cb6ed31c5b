// The shop works without this file: it only keeps the basket's count right after the widget has added something.
document.addEventListener("alongside:added", (event) => {
  const count = event.detail?.answer?.count;
  const shown = document.getElementById("basket-count");
  if (shown && Number.isInteger(count)) {
    shown.textContent = String(count);
    shown.setAttribute("aria-label", `${count} in the basket`);
  }
  if (document.querySelector("main .lines, main [data-empty-basket]")) window.location.reload();
});
