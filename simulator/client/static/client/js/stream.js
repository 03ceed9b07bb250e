// Told by the simulator what has changed for the two people shown here; many changes in a moment become one call.
// One connection for a page, none while it is hidden: a browser opens six at most to one host.

const WAIT_MS = 120;
const READY_MS = 400;

/** follow(() => ({userid, external_userid}), onChanges([{userid, external_userid}]), onBack) → subscribe() → promise: it listens. */
export const follow = (scope, onChanges, onBack) => {
  let source = null;
  let key = "";
  let timer = 0;
  let changes = [];

  const tell = () => {
    const told = changes;
    changes = [];
    timer = 0;
    onChanges(told);
  };
  const note = (event) => {
    changes.push(JSON.parse(event.data));
    timer ||= setTimeout(tell, WAIT_MS);
  };
  const open = () =>
    new Promise((resolve) => {
      source?.close();
      source = null;
      if (!key) return resolve();
      source = new EventSource(`/_control/stream?${key}`);
      // After a break (the simulator was restarted), or when the page did not wait any longer, nobody knows what was missed.
      let missed = false;
      source.addEventListener("changed", note);
      source.addEventListener("ready", () => {
        if (missed) onBack();
        missed = true;
        resolve();
      });
      return setTimeout(() => {
        missed = true;
        resolve();
      }, READY_MS);
    });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (key && !source) {
      open().then(onBack);
    }
  });

  return () => {
    const known = Object.entries(scope()).filter(([, value]) => value);
    const wanted = known.length ? new URLSearchParams([...known, ["either", "1"]]).toString() : "";
    if (wanted === key) return Promise.resolve();
    key = wanted;
    return open();
  };
};
