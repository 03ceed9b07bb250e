// The WeCom client as a page sees it: its User-Agent, and WeixinJSBridge.invoke / .on.
// Runs before every other script of the page and keeps no name in the page's global scope but the bridge itself.
(() => {
  const script = document.currentScript;
  const userAgent = script.dataset.userAgent;
  const send = window.fetch.bind(window);
  const listeners = {};

  const tab = script.dataset.tab || (/^webview-tab:(\w+)$/.exec(window.name) || [])[1] || "";
  if (tab) window.name = `webview-tab:${tab}`;
  const clean = location.href.replace(/([?&])__webview_tab=\w*(&|(?=#)|$)/, (_, lead, tail) => (tail === "&" ? lead : ""));
  // The page signs its own address: our mark must be gone before any of its scripts can read it.
  if (clean !== location.href) history.replaceState(history.state, "", clean);

  const platform = /iPhone/.test(userAgent) ? "iPhone" : "Win32";
  const facts = { userAgent, platform, appVersion: userAgent.replace(/^Mozilla\//, ""), userAgentData: undefined };
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(navigator, name, { get: () => value, configurable: true });
  }

  const withoutFunctions = (params) =>
    Object.fromEntries(Object.entries(params || {}).filter(([, value]) => typeof value !== "function"));

  const tellClient = (message) => {
    if (window.parent !== window) window.parent.postMessage({ webview: true, ...message }, "*");
  };

  const call = async (name, params) => {
    const url = location.href.split("#")[0];
    const response = await send("/__webview__/bridge", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      // The client looks at which page calls, whatever the page's own policy is.
      referrerPolicy: "same-origin",
      body: JSON.stringify({ name, params, url, tab }),
    });
    if (!response.ok) return { err_msg: `${name}:fail_simulator ${response.status}` };
    return response.json();
  };

  window.WeixinJSBridge = {
    invoke(name, params, callback) {
      const plain = withoutFunctions(params);
      call(name, plain)
        .catch((error) => ({ err_msg: `${name}:fail_${error.message}` }))
        .then((result) => {
          tellClient({ kind: "call", name, params: plain, result });
          if (typeof callback === "function") callback(result);
        });
    },
    on(name, callback) {
      (listeners[name] ||= []).push(callback);
    },
  };
  document.dispatchEvent(new Event("WeixinJSBridgeReady"));

  // The client's own buttons around the page: back, reload, and events the page listens for.
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !event.data || event.data.webviewCommand === undefined) return;
    const { webviewCommand, name, detail } = event.data;
    if (webviewCommand === "back") {
      if (listeners.historyBack) listeners.historyBack.forEach((listener) => listener({}));
      else history.back();
    }
    if (webviewCommand === "reload") location.reload();
    if (webviewCommand === "event") (listeners[name] || []).forEach((listener) => listener(detail || {}));
  });

  const tellTitle = () => tellClient({ kind: "page", title: document.title, path: location.pathname + location.search });
  document.addEventListener("DOMContentLoaded", () => {
    tellTitle();
    const title = document.querySelector("title");
    if (title) new MutationObserver(tellTitle).observe(title, { childList: true });
  });
})();
