/* Passkeys: a form with data-passkey asks the browser for one, and sends what it answers. */
(() => {
  "use strict";

  const words = (error) => {
    if (error.name === "NotAllowedError" || error.name === "AbortError") return "cancelled";
    if (error.name === "InvalidStateError") return "known";
    if (error.name === "SecurityError" || !window.PublicKeyCredential) return "unsupported";
    return "failed";
  };

  // What the server wants, in the page, or asked for when the reader has pressed the button.
  const options = async (form) => {
    const inPage = form.querySelector("#passkey-options");
    if (inPage) return JSON.parse(inPage.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  };

  const create = (wanted, alone) => {
    const selection = wanted.publicKey.authenticatorSelection;
    selection.residentKey = alone ? "required" : "discouraged";
    selection.requireResidentKey = alone;
    if (alone) selection.userVerification = "required";
    return window.webauthnJSON.create(wanted);
  };

  const credential = async (form) => {
    const wanted = await options(form);
    if (form.dataset.passkey !== "create") return window.webauthnJSON.get(wanted.request_options);
    const box = form.querySelector("[name=passwordless]");
    return create(wanted.creation_options, Boolean(box && box.checked));
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const problem = form.querySelector("[data-passkey-problem]");
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      try {
        form.querySelector("[name=credential]").value = JSON.stringify(await credential(form));
        form.submit();
      } catch (error) {
        problem.textContent = problem.dataset[words(error)];
        problem.hidden = false;
        button.disabled = false;
      }
    });
  });
})();
