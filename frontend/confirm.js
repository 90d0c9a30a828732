// <form data-confirm="Question"> asks in the page's one <dialog> before it is sent.
const dialog = document.getElementById("confirm-dialog");
const confirmed = new WeakSet();

function ask(form, submitter) {
  dialog.querySelector("[data-confirm-text]").textContent = form.dataset.confirm;
  const accept = dialog.querySelector("[data-confirm-accept]");
  accept.textContent = submitter?.textContent.trim() || "OK";
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    confirmed.add(form);
    form.requestSubmit(submitter ?? undefined);
  };
  dialog.showModal();
}

function onSubmit(event) {
  const form = event.target;
  if (!form.dataset.confirm || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form, event.submitter);
}

if (dialog) document.addEventListener("submit", onSubmit, true);
