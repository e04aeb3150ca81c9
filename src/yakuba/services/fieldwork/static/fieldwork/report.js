// Reporting from a phone: three steps, the place by GPS or on a map, and a store on the phone for what cannot be sent now.
// "Received" is only said with the number that the server gave. Without this program the page is one form that is sent.
(function () {
  "use strict";
  const form = document.getElementById("report-form"), data = document.getElementById("report-program");
  if (!form || !data || !window.indexedDB || !window.fetch) return;
  const program = JSON.parse(data.textContent), w = program.words;
  const outbox = document.getElementById("report-outbox"), said = document.getElementById("report-place");
  const kept = document.getElementById("report-kept"), lack = document.getElementById("report-lack");
  const steps = Array.from(form.querySelectorAll("[data-step]"));
  const next = document.getElementById("report-next"), back = document.getElementById("report-back");
  const LONGEST = 1600, QUALITY = 0.85, KEPT = 50;
  let at = 0, map = null, pin = null, sending = false, mending = null;  // mending: a refused report that is in the form again

  // --- the store
  let opened = null;
  function store() {
    opened = opened || new Promise(function (done, failed) {
      const asked = indexedDB.open("yakuba-reports" + program.scope, 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore("waiting", {keyPath: "key"}); };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { opened = null; failed(asked.error); };
    });
    return opened;
  }
  function within(mode, work) {
    return store().then(function (base) {
      return new Promise(function (done, failed) {
        const change = base.transaction("waiting", mode);
        const asked = work(change.objectStore("waiting"));
        change.oncomplete = function () { done(asked && asked.result); };
        change.onerror = change.onabort = function () { failed(change.error); };
      });
    });
  }
  function keep(one) { return within("readwrite", function (rows) { return rows.put(one); }); }
  function drop(key) { return within("readwrite", function (rows) { return rows.delete(key); }); }
  function all() { return within("readonly", function (rows) { return rows.getAll(); }); }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    return Array.from(bytes, function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }

  // --- photographs: at most 1,600 pixels, drawn anew, so that nothing beside the picture is kept or sent
  function shrunk(file) {
    const opening = window.createImageBitmap ? createImageBitmap(file, {imageOrientation: "from-image"}) : Promise.reject(new Error("no bitmap"));
    return opening.then(function (picture) {
      const by = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * by));
      canvas.height = Math.max(1, Math.round(picture.height * by));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(function (blob) { done(blob || file); }, "image/jpeg", QUALITY); });
    }).catch(function () { return file; });  // the server says what is wrong with it
  }

  // --- steps
  function go(to, focus) {
    at = Math.max(0, Math.min(steps.length - 1, to));
    steps.forEach(function (one, number) { one.hidden = number !== at; });
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    if (focus) steps[at].querySelector("legend").focus();
    if (map && at === 1) map.invalidateSize();
  }
  document.querySelectorAll("[data-program]").forEach(function (one) { one.hidden = false; });
  next.addEventListener("click", function () { go(at + 1, true); });
  back.addEventListener("click", function () { go(at - 1, true); });
  form.addEventListener("keydown", function (event) {  // Enter in a line goes on, as the button does; it sends nothing half written
    if (event.key === "Enter" && event.target.matches("input[type=text]") && at < steps.length - 1) { event.preventDefault(); go(at + 1, true); }
  });
  go(document.getElementById("errors") ? 2 : 0, false);

  // --- the place
  function place(latitude, longitude, words) {
    form.elements.latitude.value = latitude.toFixed(6);
    form.elements.longitude.value = longitude.toFixed(6);
    said.textContent = w.place_set + (words ? " " + words : "");
    if (map) {
      if (!pin) pin = L.marker([latitude, longitude], {icon: dot(), keyboard: false}).addTo(map);
      pin.setLatLng([latitude, longitude]);
    }
  }
  function dot() { return L.divIcon({className: "", html: "<svg width='28' height='28' aria-hidden='true'><circle cx='14' cy='14' r='9' fill='#0017c1' stroke='#fff' stroke-width='3'/></svg>", iconSize: [28, 28], iconAnchor: [14, 14]}); }
  document.getElementById("report-here").addEventListener("click", function () {
    if (!navigator.geolocation) { said.textContent = w.no_gps; return; }
    said.textContent = "…";
    navigator.geolocation.getCurrentPosition(function (found) {
      const where = found.coords;
      if (!where.latitude && !where.longitude) { said.textContent = w.no_gps; return; }
      place(where.latitude, where.longitude, "± " + Math.round(where.accuracy) + " m");
    }, function () { said.textContent = w.no_gps; }, {enableHighAccuracy: true, timeout: 20000, maximumAge: 30000});
  });
  document.getElementById("report-map-open").addEventListener("click", function () {
    const box = document.getElementById("report-map");
    if (map) { box.hidden = !box.hidden; map.invalidateSize(); return; }
    const look = document.createElement("link"), code = document.createElement("script");
    look.rel = "stylesheet"; look.href = program.leaflet + ".css"; code.src = program.leaflet + ".js";
    code.addEventListener("error", function () { said.textContent = w.no_gps; });
    code.addEventListener("load", function () {
      box.hidden = false;
      map = L.map(box, {attributionControl: false, minZoom: 8, maxZoom: 18}).setView(program.center, 13);
      L.control.scale({imperial: false}).addTo(map);
      L.circle(program.center, {radius: program.radius, fill: false, color: "#595959", dashArray: "4 4", interactive: false}).addTo(map);
      program.points.forEach(function (one) {
        L.circleMarker([one[1], one[2]], {radius: 5, color: "#1a1a1a"}).bindTooltip(function () {
          const words = document.createElement("span"); words.textContent = one[0]; return words;
        }, {permanent: true, direction: "right"}).addTo(map);
      });
      map.on("click", function (event) { place(event.latlng.lat, event.latlng.lng, ""); });
      const set = [parseFloat(form.elements.latitude.value), parseFloat(form.elements.longitude.value)];
      if (isFinite(set[0]) && isFinite(set[1])) { place(set[0], set[1], ""); map.setView(set, 16); }
    });
    document.head.append(look, code);
  });

  // --- sending
  function body(one, sure) {
    const fields = new FormData();
    Object.keys(one.fields).forEach(function (name) { fields.append(name, one.fields[name]); });
    fields.append("key", one.key);
    fields.append("lang", program.language);
    if (sure || one.sure) fields.append("sure", "1");
    one.photos.forEach(function (photo, number) { fields.append("photo", photo, "photo" + number + ".jpg"); });
    return fields;
  }
  function sendOne(one, sure) {  // the same key however often: the server keeps one
    return fetch(program.send, {method: "POST", body: body(one, sure), headers: {"Accept": "application/json"}, credentials: "omit"})
      .then(function (answer) { return answer.json(); })
      .then(function (told) {
        if (told.state === "received" && told.number) { one.receipt = told; one.photos = []; one.fields = {}; one.faults = null; one.alike = null; }
        else if (told.state === "alike") { one.alike = told.alike; }
        else if (told.state === "refused") { one.faults = told.faults; }
        else return null;  // "later", or nothing that this page knows: it waits and is sent again
        return keep(one);
      });
  }
  function sendAll() {
    if (sending || navigator.onLine === false) return show();
    sending = true;
    return all().then(function (rows) {
      return rows.filter(function (one) { return !one.receipt && !one.alike && !one.faults; }).reduce(function (before, one) {
        return before.then(function () { return sendOne(one).catch(function () {}); });
      }, Promise.resolve());
    }).finally(function () { sending = false; return show(); });
  }
  function join(one, report) {
    const fields = new URLSearchParams({key: one.key, report: report, lang: program.language});
    return fetch(program.join, {method: "POST", body: fields, headers: {"Accept": "application/json"}, credentials: "omit"})
      .then(function (answer) {
        if (answer.ok) return drop(one.key).then(function () { said.textContent = ""; return show(w.joined); });
        return answer.json().then(function (told) {  // that report is over, or was asked about too long ago: this one stays
          if (told.state === "later") return show(told.faults[0]);
          one.alike = null;
          return keep(one).then(function () { return show(told.faults[0]); });
        });
      }).catch(function () { show(); });
  }

  // --- what waits, and what was received
  function element(name, text, look) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (look) made.className = look;
    return made;
  }
  function button(text, work) {
    const made = element("button", text, "button button--outline button--small");
    made.type = "button";
    made.addEventListener("click", work);
    return made;
  }
  function show(word) {
    return all().then(function (rows) {
      outbox.textContent = "";
      outbox.hidden = !rows.length && !word;
      if (word) outbox.append(element("p", word));
      const waits = rows.filter(function (one) { return !one.receipt; });
      if (waits.length) {
        outbox.append(element("h2", w.waiting + " (" + waits.length + ")"), element("p", w.waiting_lead));
        outbox.append(button(w.send_now, sendAll));
      }
      rows.forEach(function (one) { outbox.append(shown(one)); });
    });
  }
  function shown(one) {
    const part = element("div", "", "panel");
    if (one.receipt) {
      part.append(element("h2", w.done), element("p", w.number + " " + one.receipt.number), element("p", w.secret + " " + one.receipt.secret), element("p", w.keep));
      const link = element("a", w.status);
      link.href = program.status + "?lang=" + program.language + "&number=" + encodeURIComponent(one.receipt.number);
      part.append(link, document.createTextNode(" "), button("OK", function () { drop(one.key).then(function () { show(); }); }));
      return part;
    }
    part.append(element("p", new Date(one.at).toLocaleString() + " " + (one.words || "")));
    if (one.faults) {
      part.append(element("p", w.wrong));
      one.faults.forEach(function (fault) { part.append(element("p", fault)); });
      part.append(button(w.back, function () { take(one); }));
    }
    if (one.alike) {
      part.append(element("p", w.alike), element("p", w.alike_lead));
      one.alike.forEach(function (other) {
        part.append(element("p", other.category + " " + other.day + " " + other.metres + " m " + other.text), button(w.same, function () { join(one, other.report); }));
      });
      part.append(button(w.different, function () { one.sure = true; one.alike = null; keep(one).then(sendAll); }));
    }
    part.append(button(w.discard, function () { drop(one.key).then(function () { show(); }); }));
    return part;
  }
  function take(one) {  // back into the form, to be put right; it leaves the store only when its better version is there
    Object.keys(one.fields).forEach(function (name) { if (form.elements[name]) form.elements[name].value = one.fields[name]; });
    mending = one;
    said.textContent = one.fields.latitude ? w.place_set : "";
    kept.textContent = one.photos.length ? " ✓ " + one.photos.length : "";
    go(0, true);
  }
  function exchange(one, before) {  // both in one transaction
    return within("readwrite", function (rows) { if (before) rows.delete(before.key); return rows.put(one); });
  }

  // What is missing is told while whoever reports still stands there, with or without a network.
  function lacks(step, words) {
    lack.textContent = words;
    go(step, true);
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    const chosen = Array.from(form.elements.photo.files).slice(0, program.mostPhotos), fields = {};
    ["category", "description", "place", "landmark", "latitude", "longitude", "name", "contact"].forEach(function (name) {
      if (form.elements[name]) fields[name] = form.elements[name].value;
    });
    const label = form.querySelector("input[name=category]:checked");
    if (!fields.latitude && !fields.place.trim() && !fields.landmark) { lacks(1, w.fault_place); return; }
    if (!chosen.length && !fields.description.trim() && !(mending && mending.photos.length)) { lacks(2, w.fault_description); return; }
    let stored = false;
    all().then(function (rows) {
      if (rows.length >= KEPT) throw new Error("full");
      return chosen.length || !mending ? Promise.all(chosen.map(shrunk)) : mending.photos;
    }).then(function (photos) {
      return exchange({key: newKey(), at: Date.now(), fields: fields, photos: photos, words: label ? label.parentNode.textContent.trim() : ""}, mending);
    }).then(function () {
      stored = true;
      mending = null;
      form.reset();
      kept.textContent = lack.textContent = "";
      form.elements.latitude.value = form.elements.longitude.value = "";
      said.textContent = "";
      go(0, false);
      return sendAll();
    }).then(function () { outbox.tabIndex = -1; outbox.focus(); })
      .catch(function () {
        if (stored) return;  // it is on the phone, and is tried again
        form.elements.key.value = newKey();  // a page that was kept on the phone has the key of an earlier report
        form.submit();  // no room on the phone: as without this program
      });
  });

  // "online" is not always told (a network without a way out, a page that was opened meanwhile): it is tried now and then too.
  const AGAIN = 20000;  // milliseconds
  setInterval(function () {
    if (sending || document.visibilityState !== "visible") return;
    all().then(function (rows) { if (rows.some(function (one) { return !one.receipt && !one.alike && !one.faults; })) sendAll(); });
  }, AGAIN);
  window.addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "visible") sendAll(); });
  if (navigator.serviceWorker) navigator.serviceWorker.register(program.worker, {scope: program.scope}).catch(function () {});
  sendAll();
})();
