"""The smallest site that the app's tests need."""
import atexit
import shutil
import tempfile
from pathlib import Path

work = Path(tempfile.mkdtemp(prefix='sonde-django-'))
(work / 'root').mkdir()
atexit.register(shutil.rmtree, work)
SECRET_KEY = 'of the tests'
INSTALLED_APPS = [
    'django.contrib.admin', 'django.contrib.auth', 'django.contrib.contenttypes', 'django.contrib.messages', 'django.contrib.sessions',
    'django.contrib.staticfiles', 'sonde_explorer',
]
MIDDLEWARE = [
    'django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware', 'django.contrib.messages.middleware.MessageMiddleware',
]
TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True,
    'OPTIONS': {'context_processors': [
        'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth',
        'django.contrib.messages.context_processors.messages']},
}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher']
ROOT_URLCONF = 'tests.urls'
LOGIN_URL = 'admin:login'
STATIC_URL = '/static/'
STATIC_ROOT = work / 'static'
USE_TZ = True
SILENCED_SYSTEM_CHECKS = ['sonde_explorer.W001']  # each test makes keys of its own
SONDE = {'ROOT': work / 'root', 'KEYS': work / 'keys', 'CATALOG': work / 'catalog.json'}
