// Tells how long the page was in view: every five seconds, and the rest when it is left. Nothing else is told.
(function () {
  "use strict";
  var EVERY = 5000, address = document.body.dataset.seen, since = Date.now(), owed = 0;

  function count() {
    var now = Date.now();
    if (!counting) { return; }
    owed += now - since;
    since = now;
  }
  var counting = !document.hidden;

  function tell() {
    count();
    var seconds = Math.floor(owed / 1000);
    if (seconds < 1) { return; }
    owed -= seconds * 1000;
    navigator.sendBeacon(address, String(Math.min(seconds, 30)));
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) { tell(); counting = false; } else { since = Date.now(); counting = true; }
  });
  window.addEventListener("pagehide", tell);
  window.setInterval(tell, EVERY);
})();
