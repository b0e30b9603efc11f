/* Several cells of a spreadsheet pasted into one: they go on in the fields below and beside. The page works without. */
"use strict";

document.addEventListener("paste", (event) => {
  const first = event.target.closest("form[data-year] tbody input");
  const rows = (event.clipboardData?.getData("text") ?? "").replace(/\r/g, "").replace(/\n$/, "").split("\n");
  if (!first || (rows.length < 2 && !rows[0].includes("\t"))) return;
  event.preventDefault();
  const table = [...first.closest("table").querySelectorAll("tbody tr")]
    .map((row) => [...row.querySelectorAll("input")])
    .filter((fields) => fields.length);
  const top = table.findIndex((fields) => fields.includes(first));
  const left = table[top].indexOf(first);
  const isRow = rows.length === 1 && table[top].length === 1;
  const cells = isRow ? rows[0].split("\t").map((cell) => [cell]) : rows.map((row) => row.split("\t"));
  cells.forEach((row, down) =>
    row.forEach((cell, across) => {
      const field = table[top + down]?.[left + across];
      if (field) field.value = cell.trim();
    }),
  );
  first.dispatchEvent(new Event("input", { bubbles: true }));
});
