"""A plain site with login; what README.md of the app says to add is added by `add_as_the_README_SAYS`."""
import os
import re
from pathlib import Path

import django

work = Path(os.environ['SITE_WORK'])
README = Path(__file__).parents[3] / 'proxy/django/README.md'

SECRET_KEY = 'of the tests'
ALLOWED_HOSTS = ['127.0.0.1']
CSRF_TRUSTED_ORIGINS = [os.environ.get('SITE_ORIGIN', 'http://127.0.0.1')]
ROOT_URLCONF = 'site_urls'
LOGIN_REDIRECT_URL = '/tables/'
INSTALLED_APPS = ['django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.messages',
                  'django.contrib.sessions', 'django.contrib.staticfiles']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
              'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
              'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'DIRS': [Path(__file__).parent / 'templates'], 'APP_DIRS': True,
              'OPTIONS': {'context_processors': ['django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
                                                 'django.contrib.messages.context_processors.messages']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': work / 'site.sqlite3', 'OPTIONS': {'timeout': 20}}}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
USE_TZ = True
SILENCED_SYSTEM_CHECKS = ['sonde_explorer.W001']  # sonde_sync comes after the other commands
STATIC_URL = '/static/'
STATIC_ROOT = work / 'static'
manifest = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'
if django.VERSION < (4, 2):
    STATICFILES_STORAGE = manifest
else:
    STORAGES = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'}, 'staticfiles': {'BACKEND': manifest}}

README_SAYS = re.findall(r'```python\n(.*?)```', README.read_text(encoding='utf-8'), re.DOTALL)
exec(README_SAYS[0].replace('/srv/tables', f'{work}/tables').replace('/etc/sonde', f'{work}/etc'))
SONDE['EXPIRY'] = int(os.environ.get('SITE_EXPIRY', '600'))  # noqa: F821  comes from the README
