// A list on the page that keeps the nodes of unchanged items, so a half-filled card survives news elsewhere.

/** keyed(container, {key, build}) → render(items). `build(item)` runs only for new or changed items. */
export const keyed = (container, { key, build }) => {
  let shown = new Map();
  return (items) => {
    const next = new Map();
    for (const item of items) {
      const id = key(item);
      const sign = JSON.stringify(item);
      const old = shown.get(id);
      next.set(id, old && old.sign === sign ? old : { sign, node: build(item) });
    }
    const nodes = [...next.values()].map((each) => each.node);
    const same = nodes.length === container.childNodes.length && nodes.every((n, i) => container.childNodes[i] === n);
    if (!same) container.replaceChildren(...nodes);
    shown = next;
    return !same;
  };
};

/** Show new lines at the bottom unless the person has scrolled up to read. */
export const stickToBottom = (scroller, change) => {
  const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
  const changed = change();
  if (near || changed === "jump") scroller.scrollTop = scroller.scrollHeight;
};
