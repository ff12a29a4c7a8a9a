// A click on a column's name sorts the table by it; another one turns the order.
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => {
    const head = button.parentElement;
    const column = [...head.parentElement.children].indexOf(head);
    const body = head.closest('table').tBodies[0];
    const rises = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of head.parentElement.children) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', rises ? 'ascending' : 'descending');
    const isNumber = head.classList.contains('number') || head.classList.contains('time');
    const key = (row) => {
      const cell = row.children[column];
      if (cell.dataset.rank) return Number(cell.dataset.rank);
      if (!isNumber) return cell.textContent;
      return cell.textContent === '' ? NaN : Number(cell.textContent);
    };
    const compare = (one, other) => {
      if (typeof one === 'string') return one.localeCompare(other);
      if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
      return one - other;
    };
    const rows = [...body.rows].map((row) => [key(row), row]);
    rows.sort(([one], [other]) => (rises ? compare(one, other) : compare(other, one)));
    body.append(...rows.map(([, row]) => row));
  });
}
