// The recorder: shows the server's browser by pictures and sends it what the person points at and types.
(function () {
  "use strict";
  const root = document.querySelector("[data-recorder]");
  if (!root) return;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const picture = part("picture"), text = part("text"), form = part("value"), question = part("question");
  const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const WAIT = 350, MOVING = ["Tab", "Escape", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];
  let seen = -1, shownField = "", busy = true, awaited = 0;

  const make = (tag, words, more) => Object.assign(document.createElement(tag), { textContent: words }, more);
  const say = (sentence) => {
    part("notice").hidden = !sentence;
    part("notice-text").textContent = sentence || "";
  };
  // The session has ended, or another login has taken its place: the page asks anew who it is.
  const heard = (answer, anew) => {
    if (!anew) return answer.json();
    location.assign(root.dataset.here);
    return new Promise(() => {});
  };
  const send = (fields) => {
    busy = true;
    awaited = Infinity;
    root.setAttribute("aria-busy", "true");
    return fetch(root.dataset.act, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams(fields) })
      .then((answer) => heard(answer, answer.redirected || answer.status === 403)).then((told) => { if (told.number) awaited = told.number; else say(told.problem); })
      .catch(() => say("操作を送れませんでした。もう一度押してください。"));
  };

  const showField = (current, candidates) => {
    const name = current ? JSON.stringify(current.element) : "";
    if (name === shownField) return;
    shownField = name;
    form.hidden = !current;
    text.value = "";
    if (!current) return;
    part("field-title").textContent = `「${current.label}」に入れる値`;
    text.type = current.masked ? "password" : "text";
    // A file is chosen among those that there are.
    text.hidden = part("put").hidden = current.kind === "添付";
    const box = part("candidates");
    box.replaceChildren();
    if (current.stored) candidates = [["秘密", "接続先に登録した秘密を入れる"]];
    for (const choice of current.choices) {
      box.append(make("button", choice, { type: "button", className: "button button--outline button--small", onclick: () => send({ do: "type", text: choice }) }));
    }
    for (const [template, words] of candidates) {
      const label = current.stored ? words : `${template}　${words}`;
      box.append(make("button", label, { type: "button", className: "button button--outline button--small", onclick: () => send({ do: "insert", template }) }));
    }
    (text.hidden ? box.querySelector("button") : text).focus();
  };
  const showQuestion = (asked) => {
    const hidden = question.hidden;
    question.hidden = !asked;
    if (!asked) return;
    part("yes").hidden = !asked.dialog;
    part("harmless").hidden = Boolean(asked.dialog);
    part("question-text").textContent = asked.dialog ? `画面が「${asked.dialog}」と尋ねたため、いったん「いいえ」と答えました。` : asked.commit ? `「${asked.label}」で登録されますか。` : `「${asked.label}」を押すと、相手の内容が変わりますか。`;
    part("commit").hidden = !asked.commit;
    part("press").hidden = !(asked.commit && asked.press);
    if (hidden) question.querySelector("button:not([hidden])").focus();
  };
  const showTargets = (targets) => {
    part("targets").replaceChildren(...targets.map((one) => {
      const row = make("li", "", { className: "rows__row" });
      row.append(make("button", `${one.role}「${one.label}」`, { type: "button", className: "button button--text", onclick: () => send({ do: "choose", n: one.n }) }));
      return row;
    }));
  };
  const showItems = (labels) => {
    part("items").replaceChildren(...labels.map((label) => {
      const row = make("li", "", { className: "rows__row" });
      row.append(make("button", `「${label}」を読み取る`, { type: "button", className: "button button--text", onclick: () => send({ do: "read", text: label }) }));
      return row;
    }));
  };
  const stepButton = (words, act, part, line, mark) => make("button", words, {
    type: "button", className: "button button--text", ariaLabel: `${words}：${line.text}`,
    onclick: () => send({ do: act, section: part.title, step: line.n, mark }),
  });
  const showSteps = (told) => {
    const parts = told.steps.flatMap((one) => {
      const list = document.createElement("ol");
      list.append(...one.lines.map((line) => {
        const row = make("li", line.text);
        row.append(" ", stepButton("ためす", "try", one, line, told.mark));
        if (line.aims) row.append(" ", stepButton("場所を教え直す", "teach", one, line, told.mark));
        return row;
      }));
      return [make("h3", one.title), list];
    });
    if (told.commit) parts.push(make("h3", "登録"), make("p", `押す ${told.commit}（この手順は試しません）`));
    part("steps").replaceChildren(...parts);
  };
  const showTried = (tried, steps) => {
    part("tried").hidden = !tried;
    if (!tried) return;
    const section = steps.find((one) => one.title === tried.section);
    const line = section && section.lines.find((one) => one.n === tried.n);
    part("tried-text").textContent = `${tried.ok ? "できました" : "できませんでした"}：${line ? line.text : ""}`;
    part("tried-picture").hidden = !(tried.ok && line && line.picture);
    if (!part("tried-picture").hidden) part("tried-picture").src = line.picture;
  };
  const showTeaching = (teaching) => {
    part("teaching").hidden = !teaching;
    if (teaching) part("teaching-text").textContent = `${teaching.target} を教え直しています。画面でこの場所を押してください。`;
    root.classList.toggle("recorder--teaching", Boolean(teaching));
  };

  const show = (told) => {
    if (!told.under_way) { location.assign(root.dataset.here); return; }
    if (!told.shown) return;
    // What was done may have been shown before its number was known here.
    if (awaited !== Infinity) seen = told.seq;
    const shown = told.shown;
    part("missing").replaceChildren(...told.missing.map((one) => make("li", one)));
    showSteps(told);
    if (!("heading" in shown) && !shown.notice) return;
    busy = (shown.handled || 0) < awaited;
    root.setAttribute("aria-busy", String(busy));
    root.dataset.seq = seen;
    part("heading").textContent = `いまの画面：${shown.heading || ""}（${shown.section || ""}）`;
    picture.src = `${root.dataset.screen}?seq=${seen}`;
    picture.hidden = false;
    say(shown.notice);
    showQuestion(shown.question);
    showTried(shown.tried, told.steps);
    showTeaching(shown.teaching);
    showField(shown.current, shown.candidates || []);
    showTargets(shown.targets || []);
    showItems(shown.items || []);
  };
  const ask = () => fetch(`${root.dataset.live}?seen=${seen}`)
    .then((answer) => heard(answer, answer.redirected)).then(show)
    .catch(() => say("サーバーとつながりません。つながるまで待っています。"))
    .finally(() => setTimeout(ask, busy ? WAIT / 2 : WAIT));

  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    send({ do: "point", x: (event.clientX - box.left) * 1280 / box.width, y: (event.clientY - box.top) * 900 / box.height });
  });
  picture.addEventListener("wheel", (event) => { event.preventDefault(); send({ do: "scroll", down: event.deltaY }); }, { passive: false });
  picture.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    // Tab leaves the picture, as it leaves everything else.
    if (MOVING.includes(event.key) && event.key !== "Tab") { event.preventDefault(); send({ do: "key", key: event.key }); }
    else if (event.key.length === 1 && !form.hidden) { text.focus(); }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send({ do: "type", text: text.value }); text.value = ""; shownField = ""; });
  root.querySelectorAll("[data-answer]").forEach((button) => button.addEventListener("click", () => send({ do: "answer", answer: button.dataset.answer })));
  root.querySelectorAll("[data-do]").forEach((button) => button.addEventListener("click", () => send({ do: button.dataset.do, down: button.dataset.down || 0 })));
  ask();
})();
