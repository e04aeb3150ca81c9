"""`yakuba accounts …`: the first municipality, roles, staff and API tokens, on the machine itself."""

from __future__ import annotations

import sys

import typer

from yakuba.kernel.accounts import actions, queries
from yakuba.kernel.accounts.acting import named
from yakuba.kernel.accounts.models import Role
from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, municipality_of, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.registry import permission_names

app = verbs("自治体・役割・職員・APIトークン")

EVERY = "all"


@app.command()
def municipality(code: str = typer.Argument(help="団体コード6けた"), name: str = typer.Argument()) -> None:
    """自治体を登録する。もうあれば名称を直す"""
    actions.save_municipality(code, name)
    console.print(f"{code} {name} を登録しました。", highlight=False)


@app.command()
def role(
    name: str = typer.Argument(help="役割の名称。例：窓口担当"),
    permission: list[str] = typer.Option(..., "--permission", help="権限。繰り返し書ける。all は全部"),
    town: str = TOWN,
) -> None:
    """役割を作る。もうあれば権限を置き換える"""
    wanted = permission_names() if permission == [EVERY] else permission
    with municipality_of(town):
        saved = actions.save_role(name, wanted)
    console.print(f"役割「{saved}」を登録しました（権限{len(saved.permissions)}個）。", highlight=False)


@app.command()
def staff(
    username: str = typer.Argument(help="職員ID。ログインに使う"),
    name: str = typer.Option("", "--name", help="氏名"),
    department: str = typer.Option("", "--department", help="課"),
    role: list[str] = typer.Option([], "--role", help="役割。繰り返し書ける。書くと置き換わる"),
    password_stdin: bool = typer.Option(
        False, "--password-stdin", help="パスワードを標準入力の1行目から読む"
    ),
    town: str = TOWN,
) -> None:
    """職員を登録する。もうあれば、書いたところだけ直す"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    with municipality_of(town):
        actions.save_staff(
            username, name=name, department=department or None, roles=role or None, password=password
        )
    console.print(f"職員 {username} を登録しました。", highlight=False)


@app.command()
def leave(username: str, town: str = TOWN) -> None:
    """職員がログインできないようにする（退職・異動）。記録の氏名は残る"""
    with municipality_of(town):
        actions.set_active(named(username), active=False)
    console.print(f"職員 {username} はログインできなくなりました。", highlight=False)


@app.command()
def back(username: str, town: str = TOWN) -> None:
    """leave した職員を、またログインできるようにする"""
    with municipality_of(town):
        actions.set_active(named(username), active=True)
    console.print(f"職員 {username} はログインできます。", highlight=False)


@app.command()
def unlock(username: str, town: str = TOWN) -> None:
    """失敗が続いて止まったログインを、待たずにまた試せるようにする"""
    with municipality_of(town):
        actions.unlock(named(username))
    console.print(f"職員 {username} は、またログインを試せます。", highlight=False)


@app.command("list")
def list_staff(town: str = TOWN, as_json: bool = JSON) -> None:
    """職員と役割を出す"""
    with municipality_of(town):
        rows = [
            {
                "username": person.username,
                "name": person.display_name,
                "department": str(person.department or ""),
                "roles": "、".join(Role.objects.filter(users=person).values_list("name", flat=True)),
                "active": person.is_active,
            }
            for person in queries.staff().order_by("username")
        ]
    headings = {"username": "職員ID", "name": "氏名", "department": "課", "roles": "役割", "active": "使える"}
    print_rows(rows, headings, as_json=as_json)


@app.command()
def token(
    username: str = typer.Argument(help="だれの権限で動くか（職員ID）"),
    name: str = typer.Option(..., "--name", help="用途。例：スキャナー連携"),
    scope: list[str] = typer.Option(..., "--scope", help="許す権限。繰り返し書ける"),
    days: int = typer.Option(365, "--days", min=1, max=1826, help="有効な日数"),
    proved: bool = typer.Option(
        False, "--proved", help="書き出しもできるようにする。その人本人の求めだと確かめてから付ける"
    ),
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """APIトークンを発行する。表示は一度だけ"""
    with municipality_of(town):
        issued = actions.issue_token(named(username), name, scope, days, proved=proved)
    if as_json:
        print_json({"token": issued})
    else:
        console.print(issued, highlight=False, soft_wrap=True)
