"""Read by `odoo shell`, which gives it `env`: makes the users of a demo's or a test's database.

Prints one line of JSON: the API key of the user who sends tasks, and one of a person in a store.
Both have the rights of an ordinary employee who may edit contacts, no more.
"""

import datetime
import json

PEOPLE = {"aftercare": "Aftercare", "E0001": "王芳", "E0002": "李强"}

groups = [env.ref(name).id for name in ("base.group_user", "base.group_partner_manager")]  # type: ignore[name-defined]  # noqa: F821
keys = {}
for login, name in PEOPLE.items():
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
