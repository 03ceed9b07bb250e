// How a customer stands with a guide, seen from her WeChat.

/** She has not deleted this guide. */
export const isThere = ({ relation }) => relation !== "customer_left";

export const guidesOf = (customer) =>
  customer.followers.filter(isThere).map((guide) => ({ ...guide, name: guide.name || guide.userid }));
