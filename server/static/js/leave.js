// Who signs out takes along what the telephone page showed: its downloads go, what waits to be sent stays, unseen.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.('form[action="/sign-out"]')) return;
    localStorage.removeItem("zeng.phone.person");
  });
})();
