// Dialogs, and choosing all rows: the frame that Airflow shows pages in blocks confirm().
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog.dataset.needs && !document.querySelector(dialog.dataset.needs)) {
      document.getElementById("message").textContent = dialog.dataset.missing;
      return;
    }
    dialog.showModal();
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "all") {
    for (const box of document.querySelectorAll("input[name=case_id]")) {
      box.checked = event.target.checked;
    }
  }
  const action = event.target.closest("[data-action]");
  if (action) {
    const isWaiver = action.value === "waive";
    for (const part of action.form.querySelectorAll("[data-for=waive]")) {
      part.hidden = !isWaiver;
      for (const field of part.querySelectorAll("input, select")) {
        field.disabled = !isWaiver;
      }
    }
  }
});

// Errors are shown where people look, not thrown away.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.detail.target = document.getElementById("message");
    event.detail.swapOverride = "innerHTML";
    for (const dialog of document.querySelectorAll("dialog[open]")) {
      dialog.close();
    }
  }
});
