from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import paget
from paget.errors import PagetError
from paget.web.app.api import ENDPOINTS

MOST = 200


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=120.0) as client:
        yield client


def ended(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    """Return a job once it is over."""
    until = time.monotonic() + 120.0
    while job["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.05)
        job = client.get(f"/api/jobs/{job['id']}").json()
    return job


def raw(client: httpx.Client, path: str) -> int:
    """Return the status of a path that no client has tidied up."""
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 80)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_run_that_is_asked_for_is_the_run_of_the_module(client: httpx.Client, tmp_path: Path) -> None:
    """A run begun by the app leaves the tables that the module leaves."""
    begun = client.post("/api/runs", json={"cancer": "pancreas", "n": 30, "seed": 5, "care": "none"})
    assert begun.status_code == 202
    job = ended(client, begun.json())
    assert (job["state"], job["done"]) == ("done", 30)
    told = client.get(f"/api/runs/{job['result']['run']}/tables/patients?limit=500").json()
    own = paget.simulate("pancreas", n=30, seed=5, care="none", out=tmp_path / "own").patients
    assert told["total"] == 30
    assert [row["death_age_day"] for row in told["rows"]] == own["death_age_day"].tolist()


def test_the_same_run_asked_for_again_is_done_at_once(client: httpx.Client) -> None:
    """A finished run that is asked for again is done without simulating anybody."""
    ask = {"cancer": "pancreas", "n": 10, "seed": 6, "care": "none", "years": 2.0}
    first = ended(client, client.post("/api/runs", json=ask).json())
    again = ended(client, client.post("/api/runs", json=ask).json())
    assert first["result"] == again["result"]
    assert again["done"] == 0


def test_two_runs_at_once_are_what_each_is_alone(client: httpx.Client, tmp_path: Path) -> None:
    """Two runs that go on at the same time leave the tables that each leaves by itself."""
    begun = [client.post("/api/runs", json={"cancer": "pancreas", "n": 40, "seed": seed}).json() for seed in (7, 8)]
    assert begun[0]["id"] != begun[1]["id"]
    for seed, job in zip((7, 8), begun, strict=True):
        name = ended(client, job)["result"]["run"]
        told = client.get(f"/api/runs/{name}/tables/treatments?limit=500").json()
        own = paget.simulate("pancreas", n=40, seed=seed, out=tmp_path / str(seed)).treatments
        assert told["total"] == len(own)
        assert [row["start_age_day"] for row in told["rows"]] == own["start_age_day"].head(500).tolist()


def test_one_run_asked_for_twice_at_once_is_one_job(client: httpx.Client) -> None:
    """A run that is asked for while it goes on is the same job."""
    ask = {"cancer": "colorectal", "n": 150, "seed": 9}
    ids = {client.post("/api/runs", json=ask).json()["id"] for _ in range(3)}
    assert len(ids) == 1
    job = client.delete(f"/api/jobs/{ids.pop()}").json()
    ended(client, job)


def test_a_job_that_is_cancelled_ends_without_a_result(client: httpx.Client) -> None:
    """A job that is stopped while it waits or runs ends as cancelled, and can be begun again."""
    asks = [{"cancer": "prostate", "n": 150, "seed": seed} for seed in (21, 22, 23)]
    begun = [client.post("/api/runs", json=ask).json() for ask in asks]
    stopped = [client.delete(f"/api/jobs/{job['id']}") for job in reversed(begun)]
    assert {answer.status_code for answer in stopped} == {200}
    ends = [ended(client, answer.json()) for answer in stopped]
    assert ends[0]["state"] == "cancelled"
    assert all((end["state"] == "cancelled") == (end["result"] is None) for end in ends)


@pytest.mark.parametrize(
    ("ask", "status", "words"),
    [
        ({"cancer": "colorectall"}, 422, ("colorectall", "nearest: colorectal")),
        ({"cancer": "colorectal", "n": 0}, 422, ("n is not in its range", "value:   0", f"from 1 to {MOST}")),
        ({"cancer": "colorectal", "n": 10**30}, 422, ("n is not in its range",)),
        ({"cancer": "colorectal", "n": "many"}, 422, ("many", "integer")),
        ({"cancer": "colorectal", "seed": -1}, 422, ("seed is not in its range",)),
        ({"cancer": "colorectal", "seed": 2**63}, 422, ("seed is not in its range",)),
        ({"cancer": "colorectal", "years": 0}, 422, ("horizon", "value:   0")),
        ({"cancer": "colorectal", "care": "standard_of_cure"}, 422, ("standard_of_cure", "nearest: standard_of_care")),
        ({"cancer": "colorectal", "care": "/etc/passwd.toml"}, 422, ("no policy called",)),
        ({"cancer": "colorectal", "screening": "screen_fitt"}, 422, ("screen_fitt", "nearest: screen_fit")),
        ({"cancer": "colorectal", "settings": {"growth.doubling_time": "9kg"}}, 422, ("kg", "day")),
        ({"cancer": "colorectal", "patients": 5}, 422, ("patients", "care")),
        ({}, 422, ("cancer", "required")),
        ([], 422, ("dictionary",)),
    ],
)
def test_bad_input_is_refused_in_words(client: httpx.Client, ask: Any, status: int, words: tuple[str, ...]) -> None:
    """What cannot be run is refused with a status of the client's, and in words that help."""
    answer = client.post("/api/runs", json=ask)
    assert answer.status_code == status
    assert all(word in answer.json()["message"] for word in words), answer.json()["message"]


def test_bad_input_has_the_words_of_the_command_line(client: httpx.Client) -> None:
    """A cancer that is not known is refused with the very message of the command line."""
    told = client.post("/api/runs", json={"cancer": "colorectall"}).json()["message"]
    with pytest.raises(PagetError) as caught:
        paget.simulate("colorectall", n=1)
    assert told == str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../treated",
        "..%2ftreated",
        "%2e%2e%2f%2e%2e%2fetc",
        "/etc",
        "treated%00",
        ".lock",
        "no-such",
        "a" * 300,
        "link",
    ],
)
def test_no_name_leads_out_of_the_folder(client: httpx.Client, runs: Path, tmp_path: Path, name: str) -> None:
    """A name that is none of a run in the folder finds nothing, whatever it looks like."""
    if name == "link" and not (runs / "link").is_symlink():
        paget.simulate("pancreas", n=1, care="none", out=tmp_path / "outside")
        (runs / "link").symlink_to(tmp_path / "outside")
    for path in (f"/api/runs/{name}", f"/api/runs/{name}/tables/patients", f"/pages/runs/{name}/report.html"):
        assert raw(client, path) == 404
    assert client.get("/api/compare", params={"a": "../treated", "b": "untreated"}).status_code == 404


def test_tables_are_read_page_by_page(client: httpx.Client, cohort: paget.Cohort) -> None:
    """Pages of a table follow each other without gap, and the last may be short or empty."""
    path = "/api/runs/treated/tables/lesions"
    first, second = (client.get(path, params={"offset": at, "limit": 7}).json() for at in (0, 7))
    whole = cohort.lesions
    assert [row["organ"] for row in first["rows"] + second["rows"]] == whole["organ"].head(14).tolist()
    assert first["total"] == len(whole)
    beyond = client.get(path, params={"offset": len(whole)}).json()
    assert (beyond["rows"], beyond["columns"]) == ([], list(whole.columns))
    assert client.get(path, params={"limit": 501}).status_code == 422
    assert client.get(path, params={"offset": -1}).status_code == 422


def test_ids_survive_a_reader_of_json(client: httpx.Client, cohort: paget.Cohort) -> None:
    """Ids of 64 bits come as text, since a reader of JSON rounds such numbers."""
    row = client.get("/api/runs/treated/tables/lesions?limit=1").json()["rows"][0]
    assert int(row["lesion"], 16) == int(cohort.lesions["lesion"].iloc[0])


def test_a_patient_is_told_with_all_rows(client: httpx.Client, cohort: paget.Cohort) -> None:
    """A patient's answer holds the rows of every table; nobody beyond the run is told of."""
    told = client.get("/api/runs/treated/patients/4").json()
    assert told["patient"]["patient"] == 4
    assert len(told["visits"]) == (cohort.visits["patient"] == 4).sum()
    assert client.get("/api/runs/treated/patients/60").status_code == 422
    assert client.get("/api/runs/treated/patients/-1").status_code == 404
    assert client.get(f"/api/runs/treated/patients/{'9' * 5000}").status_code == 404


def test_a_patients_other_life_is_shown_beside(client: httpx.Client) -> None:
    """A second policy of the catalogue adds the other life to a patient's page; a file or what is none is refused."""
    page = client.get("/pages/runs/treated/patients/4.html", params={"against": "none"})
    assert page.status_code == 200
    assert "With no treatment instead" in page.text
    refused = client.get("/pages/runs/treated/patients/4.html", params={"against": "../mine.toml"})
    assert refused.status_code == 422
    assert refused.json()["key"] == "against"


def test_two_runs_are_compared_as_the_module_does(client: httpx.Client, runs: Path) -> None:
    """The comparison is that of the module; runs of other patients are refused in its words."""
    told = client.get("/api/compare", params={"a": "untreated", "b": "treated"}).json()
    own = paget.compare(runs / "untreated", runs / "treated")
    assert told["gain"]["mean_year"] == own.gain["mean_year"]
    job = ended(client, client.post("/api/runs", json={"cancer": "pancreas", "n": 5, "care": "none"}).json())
    other = client.get("/api/compare", params={"a": "treated", "b": job["result"]["run"]})
    assert other.status_code == 422
    assert "do not hold the same patients" in other.json()["message"]


def test_origin_is_asked_as_of_the_module(client: httpx.Client) -> None:
    """The origin is that of the module, and an unknown marker is refused with the nearest one."""
    asked = {"sites": ["liver", "lung"], "results": {"CK7": "-", "CK20": "+"}, "sex": "male", "age": 64}
    told = client.post("/api/origin", json=asked).json()
    own = paget.origin(["liver", "lung"], {"CK7": "-", "CK20": "+"}, sex="male", age=64)
    assert told["likeliest"] == own.likeliest
    assert client.post("/api/origin", json={"results": {"CK77": "+"}}).status_code == 422


def test_a_map_is_a_job(client: httpx.Client) -> None:
    """The map of a record comes as a job's result, with numbers or with the reason why there are none."""
    record = 'cancer = "colorectal"\nsex = "male"\nage_year = 63\n[[findings]]\nday = 0\nmodality = "colonoscopy"\n'
    record = Path("examples/map/record.toml").read_text(encoding="utf-8") if Path("examples").exists() else record
    begun = client.post("/api/map", json={"record": record, "patients": 150})
    assert begun.status_code == 202, begun.json()
    job = ended(client, begun.json())
    assert job["state"] == "done", job
    assert (job["result"]["estimates"] is None) == (job["result"]["reason"] is not None)
    assert client.post("/api/map", json={"record": "cancer = "}).status_code == 422


def test_pages_are_reports_in_a_box(client: httpx.Client) -> None:
    """A report is served whole, and its own policy keeps it from reaching the server."""
    answer = client.get("/pages/runs/treated/report.html")
    assert answer.text.startswith("<!DOCTYPE html>")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-same-origin" not in policy


def test_only_this_machine_is_answered(client: httpx.Client, address: str) -> None:
    """A host name that is not this machine's is refused, as is a change asked for by another origin."""
    assert client.get("/api/runs", headers={"host": "example.org"}).status_code == 421
    assert client.get("/api/runs", headers={"host": "127.0.0.1.example.org"}).status_code == 421
    assert client.get("/api/runs", headers={"host": "localhost:8750"}).status_code == 200
    for headers in ({"origin": "http://example.org"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/origin", json={}, headers=headers).status_code == 403
    assert client.post("/api/origin", json={}, headers={"origin": address}).status_code == 200
    assert (
        "access-control-allow-origin" not in client.get("/api/runs", headers={"origin": "http://example.org"}).headers
    )


def test_a_body_has_to_be_json_and_short(client: httpx.Client) -> None:
    """A body of another type, one that is no JSON, and one that is too long are refused."""
    assert client.post("/api/origin", content="{}", headers={"content-type": "text/plain"}).status_code == 415
    broken = client.post("/api/origin", content="{", headers={"content-type": "application/json"})
    assert broken.status_code == 400
    assert (
        client.post("/api/origin", content="[" * 200_000, headers={"content-type": "application/json"}).status_code
        == 400
    )
    assert client.post("/api/origin", json={"histology": "a" * 1_100_000}).status_code == 413


def test_the_page_itself_loads_nothing_from_elsewhere(client: httpx.Client) -> None:
    """The app's page names no address but its own, and its policy allows no other."""
    page = client.get("/")
    assert "http" not in page.text.replace("http-equiv", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/app.js", "/app.css"):
        assert "http" not in client.get(path).text


def test_the_schema_names_every_endpoint(client: httpx.Client) -> None:
    """What is served is what is described, and can be written as JSON."""
    told = client.get("/openapi.json").json()
    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]) == {each.path for each in ENDPOINTS}
    assert json.dumps(told)


def test_what_is_not_there_is_told_as_json(client: httpx.Client) -> None:
    """An address that nobody serves, and a way that is not allowed, are told in words."""
    assert client.get("/api/nothing").json()["error"] == "Not Found"
    assert client.put("/api/runs").status_code == 405
