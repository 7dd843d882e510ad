// Runs before the first paint, so that a remembered theme does not flash up as the other one.
{
    const theme = localStorage.getItem("reader.theme");
    if (theme === "light" || theme === "dark") {
        document.documentElement.dataset.theme = theme;
    }
}
