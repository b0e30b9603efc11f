import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_address', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
            },
        ),
        migrations.CreateModel(
            name='JudgedMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('judged_at', models.DateTimeField(verbose_name='judged')),
                ('is_current', models.BooleanField(default=True)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='judged_months', to='agreements.agreement')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.version')),
            ],
            options={
                'verbose_name': 'judged month',
                'verbose_name_plural': 'judged months',
                'ordering': ['month', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('agreement', 'month'), name='month_judged_once')],
            },
        ),
        migrations.CreateModel(
            name='JudgedObjective',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('service', 'Service')], max_length=10, verbose_name='side')),
                ('measure', models.CharField(max_length=40, verbose_name='measure')),
                ('tier', models.CharField(blank=True, max_length=100, verbose_name='tier')),
                ('is_rest', models.BooleanField(default=False)),
                ('promised', models.FloatField(null=True, verbose_name='promised')),
                ('delivered', models.FloatField(null=True, verbose_name='delivered')),
                ('limit', models.FloatField(null=True)),
                ('is_mean', models.BooleanField(default=False)),
                ('handoffs', models.PositiveIntegerField(verbose_name='handoffs judged')),
                ('state', models.CharField(max_length=10, verbose_name='state')),
                ('judged', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objectives', to='reports.judgedmonth')),
            ],
            options={
                'verbose_name': 'judged objective',
                'verbose_name_plural': 'judged objectives',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('judged', 'measure', 'tier', 'is_rest'), name='objective_judged_once')],
            },
        ),
        migrations.CreateModel(
            name='Owed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('side', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('service', 'Service')], max_length=10, verbose_name='side')),
                ('rule', models.CharField(max_length=100, verbose_name='rule')),
                ('follows', models.CharField(max_length=20, verbose_name='what follows')),
                ('is_reward', models.BooleanField(default=False)),
                ('months', models.PositiveSmallIntegerField()),
                ('within_months', models.PositiveSmallIntegerField(null=True)),
                ('text', models.TextField(blank=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=24, null=True, verbose_name='sum')),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('open', 'open'), ('given', 'given, to be confirmed'), ('confirmed', 'given and confirmed'), ('waived', 'waived'), ('fallen_away', 'no longer owed: the month was judged again')], default='open', max_length=12, verbose_name='state')),
                ('given_on', models.DateField(null=True, verbose_name='given on')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owed', to='agreements.agreement')),
            ],
            options={
                'verbose_name': 'what is owed',
                'verbose_name_plural': 'what is owed',
                'ordering': ['month', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'month', 'side', 'rule'), name='owed_once')],
            },
        ),
        migrations.CreateModel(
            name='ReviewMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_on', models.DateField(verbose_name='planned for')),
                ('is_called', models.BooleanField(default=False, verbose_name='called between')),
                ('on', models.DateField(verbose_name='day')),
                ('begins', models.TimeField(null=True, verbose_name='begins at')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('changes', models.PositiveSmallIntegerField(default=0)),
                ('cancelled_at', models.DateTimeField(null=True, verbose_name='cancelled')),
                ('held_at', models.DateTimeField(null=True, verbose_name='held')),
                ('present', models.TextField(blank=True, verbose_name='who was there')),
                ('agenda', models.JSONField(blank=True, default=list, verbose_name='agenda')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='minutes closed')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='agreements.agreement')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('held_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'ordering': ['planned_on'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'planned_on'), name='one_review_per_planned_day')],
            },
        ),
        migrations.CreateModel(
            name='ReviewDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='decision')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agreements.draftnote')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_decisions', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='reports.reviewmeeting')),
            ],
            options={
                'verbose_name': 'decision of a review',
                'verbose_name_plural': 'decisions of reviews',
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.DateField(verbose_name='day before')),
                ('on', models.DateField(null=True, verbose_name='day')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='changed')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='reports.reviewmeeting')),
            ],
            options={
                'verbose_name': 'move of a review',
                'verbose_name_plural': 'moves of reviews',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='point')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='reports.reviewmeeting')),
            ],
            options={
                'verbose_name': 'point of an agenda',
                'verbose_name_plural': 'points of agendas',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RootCause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('side', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('service', 'Service')], max_length=10, verbose_name='side')),
                ('measure', models.CharField(max_length=40)),
                ('tier', models.CharField(blank=True, max_length=100)),
                ('is_rest', models.BooleanField(default=False)),
                ('cause', models.CharField(choices=[('goal', 'unrealistic goal'), ('resources', 'too few resources'), ('process', 'process'), ('skills', 'skills'), ('outside', 'outside cause')], max_length=10, verbose_name='cause')),
                ('what_happened', models.TextField(max_length=2000, verbose_name='what happened')),
                ('action', models.TextField(max_length=2000, verbose_name='measure to take')),
                ('due_on', models.DateField(null=True, verbose_name='due')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='done')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='root_causes', to='agreements.agreement')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'root-cause sheet',
                'verbose_name_plural': 'root-cause sheets',
                'constraints': [models.UniqueConstraint(fields=('agreement', 'month', 'side', 'measure', 'tier', 'is_rest'), name='one_sheet_per_miss')],
            },
        ),
        migrations.CreateModel(
            name='StrikeNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('proposed', 'proposed by the portal'), ('give', 'given'), ('confirm', 'confirmed'), ('dispute', 'disputed'), ('waive', 'waived'), ('reckoned', 'reckoned again'), ('sheet', 'root-cause sheet written')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('changes', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owed', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='reports.owed')),
                ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='reports.rootcause')),
            ],
            options={
                'verbose_name': 'note on a strike',
                'verbose_name_plural': 'notes on strikes',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AskedAgain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('side', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('service', 'Service')], max_length=10, verbose_name='side')),
                ('reason', models.TextField(verbose_name='reason')),
                ('asked_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request to judge a month again',
                'verbose_name_plural': 'requests to judge a month again',
                'constraints': [models.UniqueConstraint(fields=('agreement', 'month'), name='asked_again_once')],
            },
        ),
    ]
