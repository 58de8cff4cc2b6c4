"""Read by `odoo shell`, which gives it `env`: makes the users of a demo's or a test's database.

Prints one line of JSON: the API key of the user who sends tasks, and one of a person in a store.
Both have the rights of an ordinary employee who may edit contacts, no more. Who sends complaints, too, may see all
records of the sales team besides.
"""

import datetime
import json

SALES = "aftercare_sales"
PEOPLE = {"aftercare": "Aftercare", SALES: "Aftercare", "E0001": "王芳", "E0002": "李强"}

EMPLOYEE = ("base.group_user", "base.group_partner_manager")
ALL_LEADS = "sales_team.group_sale_salesman_all_leads"
keys = {}
for login, name in PEOPLE.items():
    wanted = (*EMPLOYEE, ALL_LEADS) if login == SALES else EMPLOYEE
    groups = [env.ref(group).id for group in wanted]  # type: ignore[name-defined]  # noqa: F821
    user = (
        env["res.users"]  # type: ignore[name-defined]  # noqa: F821
        .with_context(no_reset_password=True)
        .create({"login": login, "name": name, "group_ids": [(6, 0, groups)]})
    )
    # An ordinary employee's key lives 90 days at most.
    expires = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(days=89)
    keys[login] = (
        env["res.users.apikeys"].with_user(user)._generate("rpc", "aftercare", expires)  # type: ignore[name-defined]  # noqa: F821
    )
env.cr.commit()  # type: ignore[name-defined]  # noqa: F821
print("KEYS " + json.dumps(keys))
