"""manage.py shell < seed.py: alice, of the group that may see the tables, bob, who may not, and the tables."""
from django.contrib.auth.models import Group, Permission, User
from sonde_explorer.models import Table

readers = Group.objects.create(name='readers')
alice, bob = (User.objects.create_user(name, password=f'{name} of the tests') for name in ('alice', 'bob'))
alice.groups.add(readers)
alice.user_permissions.add(Permission.objects.get(codename='add_upload'))
for name, path, title in (('large', 'large.parquet', 'Large'), ('small', 'towns', 'Towns')):
    Table.objects.create(name=name, paths=path, title=title).groups.add(readers)
