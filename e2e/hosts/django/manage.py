"""The site that e2e/specs/django.spec.ts visits, in the folder SITE_WORK."""
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[3] / 'proxy/django')]
os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_settings')
execute_from_command_line(sys.argv)
