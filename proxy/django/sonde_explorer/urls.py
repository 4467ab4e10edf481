"""path('tables/', include('sonde_explorer.urls'))"""
from django.urls import path

from . import upload_views, views

app_name = 'sonde_explorer'
urlpatterns = [
    path('', views.index, name='index'),
    path('api/tables/', views.tables, name='tables'),
    path('api/tables/<slug:name>/', views.table, name='table'),
    path('api/tables/<slug:name>/sign/', views.sign, name='sign'),
    path('api/tables/<slug:name>/files/<path:path>', views.file, name='file'),
    path('api/uploads/', upload_views.begin_upload, name='begin_upload'),
    path('api/uploads/<uuid:upload_id>/', upload_views.upload, name='upload'),
    path('<slug:name>/', views.explore, name='explore'),
]
