// The map that can be moved: Leaflet without tiles, over the shapes that came with the page. Nothing is asked of any
// other machine. Leaflet itself is fetched when somebody asks for it. Without JavaScript the picture and the table stay.
(function () {
  "use strict";
  if (window.yakubaMaps) return;  // a page with two maps carries this twice
  window.yakubaMaps = true;
  const NAMED = 300;  // shapes that Tab stops at; of more the table is the better list
  let leaflet = null, prefectures = null;

  function fetched(address) {  // once for all maps of the page
    leaflet = leaflet || new Promise(function (done, failed) {
      const look = document.createElement("link"), program = document.createElement("script");
      look.rel = "stylesheet";
      look.href = address + ".css";
      program.src = address + ".js";
      program.addEventListener("load", done);
      program.addEventListener("error", function () { leaflet = null; failed(new Error(address)); });
      // Before our own, which corrects it.
      document.head.append(look, program);
    });
    return leaflet;
  }

  function shapes(address) {
    prefectures = prefectures || fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(address);
      return answer.json();
    }).then(function (found) {
      const byCode = new Map();
      found.features.forEach(function (one) { byCode.set(one.properties.code, one.geometry); });
      return byCode;
    }).catch(function (error) { prefectures = null; throw error; });
    return prefectures;
  }

  function look(data, sign, kind) {
    const fill = "url(#" + data.key + (sign === null ? "none" : sign) + ")";
    if (/LineString$/.test(kind)) {
      return {color: sign === null ? "#1a1a1a" : "#0017c1", weight: data.widths[sign || 0], dashArray: data.dashes[sign || 0] || null, fill: false};
    }
    return {color: "#595959", weight: 1.2, fillColor: fill, fillOpacity: 1, radius: data.radii[sign || 0]};
  }

  function told(one) {  // an element and not a text, so that a name is never read as markup
    const words = document.createElement("span");
    words.textContent = one.label + " " + one.words;
    return words;
  }

  function reachable(layer, one, named) {
    const put = function (part) {
      if (part.eachLayer) { part.eachLayer(put); return; }
      const element = part.getElement && part.getElement();
      if (!element) return;
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", one.label + " " + one.words);
      element.addEventListener("focus", function () { part.openTooltip(); });
      element.addEventListener("blur", function () { if (!named) part.closeTooltip(); });
    };
    put(layer);
  }

  function build(figure, data, byCode) {
    const L = window.L, place = figure.querySelector(".map__live");
    place.hidden = false;
    const map = L.map(place, {
      zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25, zoomDelta: 0.5, minZoom: 3, maxZoom: 18,
      renderer: L.svg({padding: 0.5}), attributionControl: false
    });
    L.control.zoom({zoomInTitle: "大きくする", zoomOutTitle: "小さくする"}).addTo(map);
    L.control.scale({imperial: false}).addTo(map);
    L.control.attribution({prefix: false}).addAttribution("メルカトル図法").addTo(map);
    if (data.behind) {
      byCode.forEach(function (geometry) {
        L.geoJSON(geometry, {interactive: false, style: {color: "#999999", weight: 1, fillColor: "#f7f7f7", fillOpacity: 1}}).addTo(map);
      });
    }
    const named = data.mapped.length <= 12 && !data.mapped.some(function (one) { return one.prefecture || one.geometry.type !== "Point"; });
    // Large points first, so that none hides a smaller one.
    const sorted = data.mapped.slice().sort(function (a, b) { return b.sign - a.sign; });
    const layers = sorted.map(function (one) {
      const geometry = one.prefecture ? byCode.get(one.prefecture) : one.geometry;
      const layer = L.geoJSON(geometry, {
        style: look(data, one.sign, geometry.type),
        pointToLayer: function (_, at) { return L.circleMarker(at, look(data, one.sign, "Point")); }
      });
      layer.bindTooltip(function () { return told(one); }, named ? {permanent: true, direction: "right", offset: [8, 0]} : {sticky: true});
      return layer;
    });
    const drawn = L.featureGroup(layers).addTo(map);
    map.fitBounds(drawn.getBounds().pad(0.05), {maxZoom: 15});  // only now are there elements
    if (layers.length <= NAMED) {
      layers.forEach(function (layer, number) { reachable(layer, sorted[number], named); });
    }
    map.on("focus", function () { map.scrollWheelZoom.enable(); });  // a page that is scrolled stays a page
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
    return map;
  }

  document.querySelectorAll("[data-map]").forEach(function (figure) {
    const button = figure.querySelector("[data-map-switch]"), still = figure.querySelector(".map__still");
    if (!button) return;
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const live = figure.querySelector(".map__live"), legend = figure.querySelector(".map__legend");
    let map = null;
    button.hidden = false;

    function show(moving) {
      still.hidden = moving;
      live.hidden = legend.hidden = !moving;
      button.setAttribute("aria-pressed", moving ? "true" : "false");
      button.textContent = moving ? "図に戻す" : "動かせる地図にする";
    }

    button.addEventListener("click", function () {
      if (!live.hidden) { show(false); return; }
      if (map) { show(true); map.invalidateSize(); return; }
      button.disabled = true;
      Promise.all([fetched(figure.dataset.leaflet), shapes(figure.dataset.prefectures)]).then(function (found) {
        show(true);
        map = build(figure, data, found[1]);
      }).catch(function () {
        show(false);
        button.textContent = "動かせる地図を開けませんでした。もう一度押してください";
      }).finally(function () { button.disabled = false; });
    });
  });
})();
