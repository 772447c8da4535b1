// On a telephone the rooms stand in one row: the one that is open is scrolled into sight.
document.addEventListener("DOMContentLoaded", () => {
  const here = document.querySelector(".top .tab[aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2 + here.offsetWidth / 2;
});
