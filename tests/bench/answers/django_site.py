"""The same three endpoints as a Django site has them with pandas: the table is read once, then asked by threads.

    python3 django_site.py TABLE.csv PORT
"""
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import pandas
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(DEBUG=False, ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__, SECRET_KEY='bench')
django.setup()
table = pandas.read_csv(sys.argv[1], dtype={'zip': str})


def answer(rows):
    body = rows.to_json(orient='split', index=False).encode()
    return HttpResponse(body, content_type='application/json', headers={'Content-Length': len(body)})


def page(request):
    first = int(request.GET['first'])
    return answer(table.iloc[first:first + 100])


def filtered(request):
    rows = table[(table['status'] == request.GET['status']) & (table['price'] > float(request.GET['above']))]
    return answer(rows.iloc[:100])


def group(request):
    rows = table[table['price'] > float(request.GET['above'])]
    found = rows.groupby('city', as_index=False).agg(n=('id', 'size'), mean=('balance', 'mean'))
    return answer(found)


urlpatterns = [path('page', page), path('filter', filtered), path('group', group)]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 1024


class Handler(WSGIRequestHandler):
    def log_message(self, *args):
        pass


if __name__ == '__main__':
    server = make_server('127.0.0.1', int(sys.argv[2]), get_wsgi_application(), Server, Handler)
    print('ready', flush=True)
    server.serve_forever()
