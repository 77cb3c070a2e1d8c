import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_renewal_runs"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="order",
            name="placed_orders_keep_their_figures",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="orderline",
            name="order_lines_never_change",
        ),
        migrations.AddField(
            model_name="orderline",
            name="names",
            field=models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="Of the products to install, one for each unit.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="payment_is_chosen_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."method" IS DISTINCT FROM (NEW."method") AND NOT (OLD."state" = \'waiting\'))',
                    func="\n                    RAISE EXCEPTION 'an order that does not wait keeps its payment'\n                        USING ERRCODE = 'check_violation';\n                ",
                    hash="ed69e7a8647805392bd429e03df8ce3b13a4d1bc",
                    operation='UPDATE OF "method"',
                    pgid="pgtrigger_payment_is_chosen_once_b44a2",
                    table="billing_order",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="placed_orders_keep_their_figures",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."payer_id" IS DISTINCT FROM (NEW."payer_id") OR OLD."partner_id" IS DISTINCT FROM (NEW."partner_id") OR OLD."ordered_by" IS DISTINCT FROM (NEW."ordered_by") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."rates_of" IS DISTINCT FROM (NEW."rates_of") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."cashback" IS DISTINCT FROM (NEW."cashback") OR OLD."discount" IS DISTINCT FROM (NEW."discount") OR OLD."key" IS DISTINCT FROM (NEW."key"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="b0762424d486da2fcf93d161764f492cbc8d8d73",
                    operation="UPDATE",
                    pgid="pgtrigger_placed_orders_keep_their_figures_c9135",
                    table="billing_order",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="order_lines_never_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."product_type_id" IS DISTINCT FROM (NEW."product_type_id") OR OLD."names" IS DISTINCT FROM (NEW."names") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."units" IS DISTINCT FROM (NEW."units") OR OLD."price" IS DISTINCT FROM (NEW."price") OR OLD."partner_percent" IS DISTINCT FROM (NEW."partner_percent") OR OLD."fixed_price" IS DISTINCT FROM (NEW."fixed_price") OR OLD."tier_units" IS DISTINCT FROM (NEW."tier_units") OR OLD."tier_percent" IS DISTINCT FROM (NEW."tier_percent") OR OLD."list_total" IS DISTINCT FROM (NEW."list_total") OR OLD."public_total" IS DISTINCT FROM (NEW."public_total") OR OLD."after_rate" IS DISTINCT FROM (NEW."after_rate") OR OLD."partner_total" IS DISTINCT FROM (NEW."partner_total") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."gain" IS DISTINCT FROM (NEW."gain") OR OLD."net" IS DISTINCT FROM (NEW."net") OR OLD."cashback" IS DISTINCT FROM (NEW."cashback") OR OLD."discount" IS DISTINCT FROM (NEW."discount") OR OLD."payer_id" IS DISTINCT FROM (NEW."payer_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="f820f36554377a0daa5981bfbd933ef051eabc5a",
                    operation="UPDATE",
                    pgid="pgtrigger_order_lines_never_change_1d84d",
                    table="billing_orderline",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="terms_begin_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on"))',
                    func="\n                    IF EXISTS (SELECT 1 FROM billing_lineproduct p WHERE p.line_id = OLD.id) THEN\n                        RAISE EXCEPTION 'the term of a line has begun'\n                            USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="a8408ac39d5ae711f9de4ee097b2382c301f5ec5",
                    operation='UPDATE OF "starts_on", "ends_on"',
                    pgid="pgtrigger_terms_begin_once_350a5",
                    table="billing_orderline",
                    when="BEFORE",
                ),
            ),
        ),
    ]
