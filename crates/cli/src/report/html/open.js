// A link to a result opens it.
const open = () => {
  const target = location.hash && document.querySelector(location.hash);
  if (target) target.open = true;
};
addEventListener('hashchange', open);
open();
