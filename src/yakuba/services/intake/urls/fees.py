"""Addresses of who may ask, of fees and of requests by post."""

from django.urls import path

from yakuba.services.intake.pages import acting, fees, post, rules

RULE, CASE, CLOSING = (
    "rules/<int:rule_file_id>/",
    "cases/<int:case_id>/",
    "fees/closings/<int:day_closing_id>/",
)
REQUEST = "post/<int:postal_request_id>/"
STAFF = [
    path("rules/", rules.index, name="rules"),
    path("rules/load/", rules.load, name="rule-load"),
    path("rules/samples/", rules.take_samples, name="rule-samples"),
    path(RULE, rules.rule, name="rule"),
    path(f"{RULE}edit/", rules.edit, name="rule-edit"),
    path(f"{RULE}export/", rules.export, name="rule-export"),
    path(f"{RULE}withdraw/", rules.withdraw, name="rule-withdraw"),
    path(f"{CASE}acting/", acting.acting, name="acting"),
    path(f"{CASE}not-identified-letter/", acting.letter, name="acting-letter"),
    path(f"{CASE}fees/", fees.case_fees, name="case-fees"),
    path(f"{CASE}fees/due/", fees.charge, name="fee-charge"),
    path(f"{CASE}fees/received/", fees.receive, name="fee-receive"),
    path(f"{CASE}fees/refund/", fees.refund, name="fee-refund"),
    path("fees/", fees.index, name="fees"),
    path("fees/entries/<int:fee_entry_id>/reverse/", fees.reverse_entry, name="fee-reverse"),
    path("fees/day/", fees.day, name="fee-day"),
    path(CLOSING, fees.closing, name="fee-closing"),
    path(f"{CLOSING}pdf/", fees.closing_pdf, name="fee-closing-pdf"),
    path(f"{CLOSING}table/", fees.closing_table, name="fee-closing-table"),
    path("fees/payments/", fees.payments, name="payments"),
    path("fees/payments/account/", fees.load_account, name="payments-account"),
    path("fees/payments/cashless/", fees.load_cashless, name="payments-cashless"),
    path("fees/payments/<int:payment_line_id>/match/", fees.match_payment, name="payment-match"),
    path("post/", post.index, name="post"),
    path("post/open/", post.begin, name="post-begin"),
    path(REQUEST, post.envelope, name="post-request"),
    path(f"{REQUEST}settle/", post.settle, name="post-settle"),
    path(f"{REQUEST}sent/", post.send, name="post-sent"),
]
