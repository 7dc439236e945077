// Before the page is drawn: say that scripts run, so that what they replace is not shown.
document.documentElement.classList.replace("no-js", "js");
