// In the navigation of the reference a link inside a summary is hidden from screen readers, so it is moved in front of the summary.

const navigation = document.getElementById('tsd-nav-container');
const part = () => {
  for (const link of navigation.querySelectorAll('summary > a')) {
    const summary = link.parentElement;
    summary.parentElement.before(link);
    summary.append(`members of ${link.textContent}`);
  }
};
if (navigation) {
  new MutationObserver(part).observe(navigation, { childList: true, subtree: true });
  part();
}
