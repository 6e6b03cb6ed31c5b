/** The attribute of the cart in which the widget keeps who the visitor is; only with his consent. */
export const VISITOR = "_alongside_visitor";
