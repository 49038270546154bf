# The pages that come with the program: templates in plain HTML, one style sheet, an error page for each status.
pagesdir = $(pkgdatadir)/pages
dist_pages_DATA = \
  etc/pages/acct_locked.html \
  etc/pages/certfailure.html \
  etc/pages/certlogin.html \
  etc/pages/help.html \
  etc/pages/login.html \
  etc/pages/login_success.html \
  etc/pages/logout.html \
  etc/pages/logout_confirm.html \
  etc/pages/stepuplogin.html \
  etc/pages/style.css \
  etc/pages/totp.html \
  etc/pages/totp_done.html
errorpagesdir = $(pkgdatadir)/pages/errors
dist_errorpages_DATA = \
  etc/pages/errors/400.html \
  etc/pages/errors/401.html \
  etc/pages/errors/403.html \
  etc/pages/errors/404.html \
  etc/pages/errors/405.html \
  etc/pages/errors/413.html \
  etc/pages/errors/414.html \
  etc/pages/errors/421.html \
  etc/pages/errors/429.html \
  etc/pages/errors/431.html \
  etc/pages/errors/500.html \
  etc/pages/errors/502.html \
  etc/pages/errors/503.html \
  etc/pages/errors/504.html
