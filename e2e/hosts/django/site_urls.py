from django.conf import settings
from django.contrib import admin
from django.urls import include, path  # noqa: F401  used by what the README says

urlpatterns = [path('admin/', admin.site.urls), path('accounts/', include('django.contrib.auth.urls'))]
exec(settings.README_SAYS[1])
