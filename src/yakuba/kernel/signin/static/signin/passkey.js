// Asks the browser for a passkey when a button with data-passkey is pressed, and sends its answer with the form.
// data-passkey: "create" or "get"; data-options: what the server asks with (JSON, bytes in base64url).
(function () {
  "use strict";

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, function (one) { return one.charCodeAt(0); });
  }
  function spelled(buffer) {
    const plain = Array.from(new Uint8Array(buffer), function (one) { return String.fromCharCode(one); }).join("");
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
  function described(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, {id: bytes(one.id)}); });
  }
  function asked(options) {
    const found = Object.assign({}, options, {challenge: bytes(options.challenge)});
    if (options.user) found.user = Object.assign({}, options.user, {id: bytes(options.user.id)});
    if (options.excludeCredentials) found.excludeCredentials = described(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = described(options.allowCredentials);
    return {publicKey: found};
  }
  function told(credential) {
    const response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (credential.response[name]) response[name] = spelled(credential.response[name]);
    });
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({id: credential.id, rawId: spelled(credential.rawId), type: credential.type, response: response, clientExtensionResults: {}});
  }

  const SENTENCES = {
    NotAllowedError: "パスキーが使われませんでした。やめたか、時間が過ぎました。もう一度押してください。",
    InvalidStateError: "この機器のパスキーは、もう登録してあります。",
    SecurityError: "この画面のアドレスでは、パスキーを使えません。管理者に知らせてください。",
  };

  function say(button, text) {
    const place = button.form.querySelector("[data-passkey-said]");
    place.textContent = text;
    place.hidden = !text;
  }

  document.querySelectorAll("[data-passkey]").forEach(function (button) {
    if (!window.PublicKeyCredential || !navigator.credentials) {
      say(button, "このブラウザーではパスキーを使えません。確認アプリか予備の番号を使うか、HTTPSの画面を新しいブラウザーで開いてください。");
      return;
    }
    button.hidden = false;
    // A browser that has drawn the page before this ran has passed the hidden button over.
    if (button.autofocus && document.activeElement === document.body) button.focus();
    let busy = false;
    button.addEventListener("click", async function (event) {
      event.preventDefault();
      const form = button.form, create = button.dataset.passkey === "create";
      if (busy || (create && !form.reportValidity())) return;
      busy = true;
      say(button, "");
      try {
        const options = asked(JSON.parse(button.dataset.options));
        const credential = create ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
        form.querySelector("[data-passkey-answer]").value = told(credential);
        form.submit();
      } catch (error) {
        busy = false;
        say(button, SENTENCES[error.name] || "パスキーを使えませんでした（" + error.name + "）。確認アプリか予備の番号を使ってください。");
      }
    });
  });
})();
