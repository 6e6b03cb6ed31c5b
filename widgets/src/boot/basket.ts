import { platformOf } from "../core/platform";
import type { Session } from "../core/session";
import type { Load, Shop, UseCart } from "../elements/shop";
import type { Settings } from "./settings";

export interface Basket {
  readonly cart: Shop["cart"];
  readonly inMarket: Shop["inMarket"];
  /** Writes the visitor on the shop's cart, only where a cookie does not do. */
  readonly mark: () => void;
}

/** The shop's cart, whose file is loaded only when it is used. */
export function createBasket(
  settings: Settings,
  load: Load,
  session: Session,
  visitor: () => string | null,
): Basket {
  const platform = (): string => platformOf(settings.platform, settings.cartUrl, window);
  const use: UseCart = async (act) => {
    const acts = await load("acts");
    const port = acts.cartOf(platform(), settings);
    const answer = await act(port);
    void acts.mark(port, visitor(), session);
    return answer;
  };
  return {
    cart: () => (platform() ? use : null),
    async inMarket(items, toMoney) {
      const tells =
        platform() && (platform() !== "plain" || document.querySelector("[data-alongside-market]"));
      return tells ? use((port) => port.inMarket(items, toMoney)) : null;
    },
    mark() {
      if (visitor() && !/^(plain)?$/.test(platform())) use(() => Promise.resolve()).catch(() => undefined);
    },
  };
}
