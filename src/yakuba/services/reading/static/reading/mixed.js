// Mixed confirmation: while one value is looked at, the picture of the next one is fetched; an answer is sent and the next
// value put in its place without loading the page anew. Without JavaScript the forms work as they are.
(function () {
  "use strict";
  let next = null, busy = false;

  function fetchNext() {
    const place = document.querySelector("[data-next]");
    next = place ? new Image() : null;
    if (place) next.src = place.dataset.next;
  }

  // The picture that was fetched ahead takes the place of the one in the answer, before that one is part of this document:
  // no browser keeps it, and it would be asked for a second time.
  function taken(main) {
    const picture = main.querySelector("img[data-shown]"), fetched = next;
    if (!picture || !fetched || fetched.src !== new URL(picture.getAttribute("src"), location.href).href) {
      return document.adoptNode(main);
    }
    const place = main.ownerDocument.createElement("span");
    fetched.alt = picture.alt;
    fetched.dataset.shown = "";
    picture.replaceWith(place);
    document.adoptNode(main);
    place.replaceWith(fetched);
    return main;
  }

  async function sent(form, submitter) {
    const data = new FormData(form);
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    const answer = await fetch(form.action, {method: "POST", body: data, credentials: "same-origin"});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main");
    if (!main || !page.querySelector("script[src*='mixed.js']")) { location.assign(location.href); return; }
    document.querySelector("main").replaceWith(taken(main));
    document.title = page.title;
    busy = false;
    fetchNext();
    document.dispatchEvent(new Event("shown:anew"));
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("[data-swap]")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    document.dispatchEvent(new Event("shown:leave"));
    sent(form, event.submitter).catch(function () { location.assign(location.href); });
  });
  fetchNext();
})();
