"""One conditional GET: what is sent, what is taken, what is refused and with which words."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from bot.feeds import Fetcher, RequestOptions
from bot.model import Deferred, Failed, Fetched, NotModified
from tests.feeds.conftest import NOW, RSS, USER_AGENT, FeedServer, feed_at, fresh

ODD_ETAG = 'W/"5e2-6a/+=.%3A\'x--gzip"'
ODD_DATE = "Sunday, 06-Nov-94 08:49:37 GMT"


async def test_a_feed_is_read_with_its_validators_and_type(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives(
        "/feed", headers={"ETag": ODD_ETAG, "Last-Modified": ODD_DATE, "Content-Type": "text/xml; charset=utf-8"}
    )

    result = await fetcher.fetch(feed, fresh(feed))

    assert result == Fetched(
        url=feed.url,
        body=RSS,
        content_type="text/xml; charset=utf-8",
        etag=ODD_ETAG,
        last_modified=ODD_DATE,
        max_age_s=None,
        body_sha256=hashlib.sha256(RSS).hexdigest(),
    )


async def test_the_first_request_is_honest_and_carries_nothing_needless(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed")

    await fetcher.fetch(feed, fresh(feed))

    (_, headers) = server.requests[0]
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Accept-Encoding"] == "gzip, deflate"
    assert not {"Cookie", "Referer", "If-None-Match", "If-Modified-Since", "A-IM"} & set(headers)


async def test_validators_go_back_byte_for_byte(fetcher: Fetcher, server: FeedServer) -> None:
    async def unchanged(request: web.Request) -> web.Response:
        return web.Response(status=304)

    feed = server.runs("/feed", unchanged)
    state = replace(fresh(feed), etag=ODD_ETAG, last_modified=ODD_DATE)

    result = await fetcher.fetch(feed, state)

    assert result == NotModified(etag=ODD_ETAG, last_modified=ODD_DATE)
    (_, headers) = server.requests[0]
    assert headers["If-None-Match"] == ODD_ETAG
    assert headers["If-Modified-Since"] == ODD_DATE
    assert headers["A-IM"] == "feed"


async def test_a_304_renews_the_validators_it_brings(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", b"", 304, {"ETag": '"new"'})

    result = await fetcher.fetch(feed, replace(fresh(feed), etag='"old"', last_modified=ODD_DATE))

    assert result == NotModified(etag='"new"', last_modified=ODD_DATE)


async def test_a_304_that_nobody_asked_for_is_an_error(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", b"", 304)

    result = await fetcher.fetch(feed, fresh(feed))

    assert result == Failed(reason="HTTP 304 Not Modified, though we asked for the whole feed", status=304)


async def test_a_226_holding_only_what_is_new_is_a_success(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", status=226, headers={"IM": "feed", "ETag": '"2"'})

    result = await fetcher.fetch(feed, replace(fresh(feed), etag='"1"'))

    assert isinstance(result, Fetched)
    assert result.etag == '"2"'


async def test_cookies_are_never_brought_back(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", headers={"Set-Cookie": "track=1; Path=/"})

    await fetcher.fetch(feed, fresh(feed))
    await fetcher.fetch(feed, fresh(feed))

    assert [("Cookie" in headers) for _, headers in server.requests] == [False, False]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer instead of a feed"),
        (b"<!doctype html><html><body><h1>News</h1></body></html>", "an HTML page instead of a feed"),
        (b"<html><body><h1>502 Bad Gateway</h1></body></html>", "an HTML page instead of a feed"),
        (
            b"<html><title>Just a moment...</title><script>x()</script></html>",
            "an HTML page instead of a feed: blocked by Cloudflare",
        ),
        (
            b"<!doctype html><html><head><title>DDoS-Guard</title></head></html>",
            "an HTML page instead of a feed: blocked by DDoS-Guard",
        ),
        (
            "<html><head><title>Доступ ограничен</title></head></html>".encode(),  # access restricted
            "an HTML page instead of a feed: blocked by the server",
        ),
        (b"/etc/passwd", "something that is no feed"),
        (gzip.compress(RSS), "a compressed file instead of a feed"),
    ],
)
async def test_what_is_no_feed_is_named(fetcher: Fetcher, server: FeedServer, body: bytes, reason: str) -> None:
    feed = server.gives("/feed", body, headers={"Content-Type": "application/rss+xml"})

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason=reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, "HTTP 204 No Content"),
        (401, "HTTP 401 Unauthorized"),
        (404, "HTTP 404 Not Found"),
        (410, "HTTP 410 Gone"),
        (500, "HTTP 500 Internal Server Error"),
        (599, "HTTP 599"),
    ],
)
async def test_other_statuses_are_failures(fetcher: Fetcher, server: FeedServer, status: int, reason: str) -> None:
    feed = server.gives("/feed", b"", status)

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason=reason, status=status)


@pytest.mark.parametrize(
    ("status", "headers", "body", "who"),
    [
        (403, {"cf-mitigated": "challenge", "Server": "cloudflare"}, b"<html></html>", "Cloudflare"),
        (403, {"Server": "ddos-guard"}, b"", "DDoS-Guard"),
        (503, {}, b"<html><title>Just a moment...</title></html>", "Cloudflare"),
        (429, {}, gzip.compress(b"<html><title>Access denied</title></html>"), "the server"),
    ],
)
async def test_a_refusal_names_who_stands_in_the_way(
    fetcher: Fetcher, server: FeedServer, status: int, headers: dict[str, str], body: bytes, who: str
) -> None:
    packed = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
    feed = server.gives("/feed", body, status, headers | packed)

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Failed)
    assert result.reason.endswith(f": blocked by {who}")
    assert result.status == status


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [("90", 90), ("99999999999", 86_400), ("soon", None), ("-5", None), ("0", None), ("", None)],
)
async def test_retry_after_in_seconds_is_the_servers_word(
    fetcher: Fetcher, server: FeedServer, value: str, wait_s: int | None
) -> None:
    feed = server.gives("/feed", b"", 429, {"Retry-After": value})

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(
        reason="HTTP 429 Too Many Requests", retry_after_s=wait_s, status=429
    )


async def test_retry_after_as_a_date_counts_from_the_servers_clock(fetcher: Fetcher, server: FeedServer) -> None:
    server_now = datetime(2020, 1, 1, 12, 0, tzinfo=UTC)  # years off ours
    feed = server.gives(
        "/feed",
        b"",
        503,
        {
            "Date": format_datetime(server_now, usegmt=True),
            "Retry-After": format_datetime(server_now + timedelta(seconds=150), usegmt=True),
        },
    )

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Failed)
    assert result.retry_after_s == 150


async def test_retry_after_closes_the_whole_host(fetcher: Fetcher, server: FeedServer) -> None:
    busy, other = server.gives("/busy", b"", 429, {"Retry-After": "90"}), server.gives("/other")

    await fetcher.fetch(busy, fresh(busy))
    result = await fetcher.fetch(other, fresh(other))

    assert isinstance(result, Deferred)
    assert 88 < result.wait_s <= 90
    assert [path for path, _ in server.requests] == ["/busy"]


@pytest.mark.parametrize(
    ("headers", "max_age_s"),
    [
        ({"Cache-Control": "max-age=1800"}, 1800),
        ({"Cache-Control": 'public, max-age="600"', "Age": "100"}, 500),
        ({"Cache-Control": "no-cache, max-age=600"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=abc"}, None),
        ({"Cache-Control": "max-age=0, must-revalidate"}, None),
        ({"Cache-Control": "s-maxage=600, public"}, None),
        ({"Expires": "Wed, 01 Jan 2020 12:20:00 GMT", "Date": "Wed, 01 Jan 2020 12:00:00 GMT"}, 1200),
        ({"Expires": "0"}, None),
    ],
)
async def test_cache_headers_say_how_long_to_wait(
    fetcher: Fetcher, server: FeedServer, headers: dict[str, str], max_age_s: int | None
) -> None:
    feed = server.gives("/feed", headers=headers)

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert result.max_age_s == max_age_s


async def test_every_line_of_cache_control_counts(fetcher: Fetcher, server: FeedServer) -> None:
    async def two_lines(request: web.Request) -> web.Response:
        response = web.Response(body=RSS)
        response.headers.add("Cache-Control", "max-age=600")
        response.headers.add("Cache-Control", "no-store")
        return response

    feed = server.runs("/feed", two_lines)

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert result.max_age_s is None


async def test_redirects_are_followed_and_the_last_address_is_told(fetcher: Fetcher, server: FeedServer) -> None:
    server.gives("/new/feed")
    feed = server.gives("/old/feed", b"", 301, {"Location": "../new/feed#top"})

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert result.url == result.moved_to == server.url("/new/feed")


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_on_the_way_is_no_move(fetcher: Fetcher, server: FeedServer, status: int) -> None:
    server.gives("/new")
    server.gives("/between", b"", status, {"Location": "/new"})
    feed = server.gives("/feed", b"", 301, {"Location": "/between"})

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert (result.url, result.moved_to) == (server.url("/new"), None)


async def test_login_and_own_headers_are_for_the_feeds_own_host(server: FeedServer, internal: FeedServer) -> None:
    """Validators are dropped too: the other server might know an old date as its own."""
    internal.gives("/elsewhere")
    server.gives("/here", b"", 302, {"Location": internal.url("/elsewhere")})
    server.gives("/feed", b"", 302, {"Location": "/here"})
    feed = feed_at(f"http://reader:pass%20word@{server.origin}/feed")
    own = RequestOptions(headers={"Cookie": "subscriber=1", "User-Agent": "Dealwire for Example"})
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin, internal.origin], options={feed.id: own}
    ) as fetcher:
        result = await fetcher.fetch(feed, replace(fresh(feed), last_modified=ODD_DATE, read_at=feed.url))

    assert isinstance(result, Fetched)
    assert result.url == internal.url("/elsewhere")
    for _, headers in server.requests:
        assert headers["Authorization"] == "Basic cmVhZGVyOnBhc3Mgd29yZA=="  # reader:pass word
        assert headers["Cookie"] == "subscriber=1"
        assert headers["If-Modified-Since"] == ODD_DATE
    (_, foreign) = internal.requests[0]
    assert not {"Authorization", "Cookie", "If-Modified-Since"} & set(foreign)
    assert foreign["User-Agent"] == "Dealwire for Example"


async def test_a_feed_that_moved_is_read_at_its_new_address(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/old", b"", 301, {"Location": "/new"})
    server.gives("/new")

    result = await fetcher.fetch(feed, replace(fresh(feed), moved_to=server.url("/new")))

    assert isinstance(result, Fetched)
    assert [path for path, _ in server.requests] == ["/new"]
    assert result.moved_to is None


async def test_the_whole_is_asked_for_once_a_day(server: FeedServer) -> None:
    """A broken cache says "not modified" for ever."""
    now = NOW

    async def stuck(request: web.Request) -> web.Response:
        return web.Response(status=304) if "If-None-Match" in request.headers else web.Response(body=RSS)

    feed = server.runs("/feed", stuck)
    state = replace(fresh(feed), etag='"1"', last_modified=ODD_DATE, whole_at=NOW)
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin], per_host_gap_s=0, clock=lambda: now
    ) as fetcher:
        now = NOW + timedelta(hours=23, minutes=59)
        assert isinstance(await fetcher.fetch(feed, state), NotModified)
        now = NOW + timedelta(hours=24)
        assert isinstance(await fetcher.fetch(feed, state), Fetched)

    assert not {"If-None-Match", "If-Modified-Since", "A-IM"} & set(server.requests[1][1])


async def test_a_redirect_loop_ends_after_six_requests(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed", b"", 302, {"Location": "/feed"})

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason="more than 5 redirects")
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://１２７.０.０.１:{port}/",
        "http://allowed@127.0.0.1:{port}/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_PING",
        "data:application/rss+xml,<rss/>",
        "javascript:alert(1)",
    ],
)
async def test_no_redirect_leads_inside(
    fetcher: Fetcher, server: FeedServer, internal: FeedServer, location: str
) -> None:
    internal.gives("/")
    feed = server.gives("/feed", b"", 302, {"Location": location.format(port=internal.port)})

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Failed)
    assert internal.requests == []


async def test_the_reason_names_the_inside_address(fetcher: Fetcher, server: FeedServer, internal: FeedServer) -> None:
    feed = server.gives("/feed", b"", 302, {"Location": f"http://user:hunter2@{internal.origin}/?token=x"})

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(
        reason=f"redirected to {internal.origin} is not a public address"
    )


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate", "raw deflate"])
async def test_compressed_answers_are_unpacked(fetcher: Fetcher, server: FeedServer, packing: str) -> None:
    bare = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(RSS[:50]) + gzip.compress(RSS[50:]),  # two members, as some servers send
        "x-gzip": gzip.compress(RSS),
        "deflate": zlib.compress(RSS),
        "raw deflate": bare.compress(RSS) + bare.flush(),
    }[packing]
    feed = server.gives("/feed", packed, headers={"Content-Encoding": packing.removeprefix("raw ")})

    result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Fetched)
    assert result.body == RSS


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(RSS + b" " * 50_000_000, 9), "gzip", "larger than 0.190735 MiB"),
        (gzip.compress(RSS)[:-20], "gzip", "a compressed answer that was cut short"),
        (RSS, "gzip", "a compressed answer that is damaged"),
        (RSS, "br", "an answer compressed in a way we did not ask for (br)"),
        (
            gzip.compress(gzip.compress(RSS)),
            "gzip, gzip",
            "an answer compressed in a way we did not ask for (gzip, gzip)",
        ),
        (RSS + b" " * 200_000, "identity", "larger than 0.190735 MiB"),
    ],
)
async def test_bombs_and_broken_compression_are_refused(
    fetcher: Fetcher, server: FeedServer, body: bytes, encoding: str, reason: str
) -> None:
    feed = server.gives("/feed", body, headers={"Content-Encoding": encoding})

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason=reason)


async def test_an_endless_answer_is_cut_at_the_limit(fetcher: Fetcher, server: FeedServer) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"<!-- " + b"x" * 10_000 + b" -->")

    feed = server.runs("/feed", endless)

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason="larger than 0.190735 MiB")


async def test_a_body_shorter_than_announced_is_no_success(fetcher: Fetcher, server: FeedServer) -> None:
    async def broken_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(2 * len(RSS))})
        await response.prepare(request)
        await response.write(RSS)
        assert request.transport is not None
        request.transport.close()
        return response

    feed = server.runs("/feed", broken_off)

    assert await fetcher.fetch(feed, fresh(feed)) == Failed(
        reason="the connection broke before the answer was complete"
    )


async def test_a_dripping_answer_ends_at_the_total_limit(server: FeedServer) -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    feed = server.runs("/feed", dripping)
    async with Fetcher(user_agent=USER_AGENT, allow_private=[server.origin], total_timeout_s=0.3) as fetcher:
        assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason="timed out after 0.3 s", unreached=True)


async def test_silence_ends_at_the_read_limit(server: FeedServer) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    feed = server.runs("/feed", silent)
    async with Fetcher(user_agent=USER_AGENT, allow_private=[server.origin], read_timeout_s=0.2) as fetcher:
        assert await fetcher.fetch(feed, fresh(feed)) == Failed(reason="timed out: no data for 0.2 s", unreached=True)


async def test_requests_to_one_host_keep_their_distance(server: FeedServer, internal: FeedServer) -> None:
    started: list[float] = []

    async def answer(request: web.Request) -> web.Response:
        started.append(asyncio.get_running_loop().time())
        return web.Response(body=RSS)

    feeds = [server.runs(f"/{n}", answer) for n in range(3)]
    elsewhere = internal.gives("/x")
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin, internal.origin], per_host_gap_s=0.4
    ) as fetcher:
        paced = asyncio.gather(*(fetcher.fetch(feed, fresh(feed)) for feed in feeds))
        assert isinstance(await fetcher.fetch(elsewhere, fresh(elsewhere)), Fetched)
        assert not paced.done()  # the other port of this machine is another host: it did not wait
        await paced

    assert started[2] - started[0] > 0.7  # two gaps, less what a busy machine adds to the first


async def test_one_request_at_a_time_to_one_host(server: FeedServer) -> None:
    running = most = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return web.Response(body=RSS)

    feeds = [server.runs(f"/{n}", answer) for n in range(5)]
    async with Fetcher(user_agent=USER_AGENT, allow_private=[server.origin], per_host_gap_s=0) as fetcher:
        await asyncio.gather(*(fetcher.fetch(feed, fresh(feed)) for feed in feeds))

    assert most == 1


async def test_a_closed_port_is_told_without_the_login(server: FeedServer) -> None:
    feed = feed_at("http://user:hunter2@127.0.0.1:9/feed?key=hunter2")
    async with Fetcher(user_agent=USER_AGENT, allow_private=["127.0.0.1:9"]) as fetcher:
        result = await fetcher.fetch(feed, fresh(feed))

    assert isinstance(result, Failed)
    assert result.reason.startswith("no connection (")
    assert "hunter2" not in result.reason


@pytest.mark.parametrize(
    "url", ["not a url", "ftp://example.org/feed", "http://", "http://exa mple/", "http://a:99999/"]
)
async def test_an_address_that_is_none_is_a_failure(fetcher: Fetcher, url: str) -> None:
    feed = feed_at(url)

    assert isinstance(await fetcher.fetch(feed, fresh(feed)), Failed)


async def test_a_crowd_at_one_host_is_sent_away_instead_of_waiting(server: FeedServer) -> None:
    feeds = [server.gives(f"/{number}") for number in range(4)]
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin], per_host_gap_s=0.1, per_host_patience_s=0.25
    ) as fetcher:
        results = await asyncio.gather(*(fetcher.fetch(feed, fresh(feed)) for feed in feeds))

    assert [type(result) for result in results] == [Fetched, Fetched, Fetched, Deferred]
    assert isinstance(results[3], Deferred)
    assert results[3].wait_s == pytest.approx(0.3)


async def test_a_hanging_server_sends_the_others_away(server: FeedServer) -> None:
    reached = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        reached.set()
        await asyncio.sleep(60)
        return web.Response()

    hanging, good = server.runs("/hanging", silent), server.gives("/good")
    async with Fetcher(
        user_agent=USER_AGENT,
        allow_private=[server.origin],
        total_timeout_s=0.6,
        per_host_gap_s=0,
        per_host_patience_s=0.1,
    ) as fetcher:
        task = asyncio.create_task(fetcher.fetch(hanging, fresh(hanging)))
        await reached.wait()
        assert isinstance(await fetcher.fetch(good, fresh(good)), Deferred)
        assert isinstance(await task, Failed)


async def test_servers_that_hang_do_not_hold_up_the_others(server: FeedServer, internal: FeedServer) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    hanging, good = server.runs("/hanging", silent), internal.gives("/good")
    async with Fetcher(
        user_agent=USER_AGENT,
        allow_private=[server.origin, internal.origin],
        total_timeout_s=30,
        concurrency=1,
        slow_after_s=0.1,
    ) as fetcher:
        task = asyncio.create_task(fetcher.fetch(hanging, fresh(hanging)))
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            assert isinstance(await fetcher.fetch(good, fresh(good)), Fetched)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_fetch_tells_when_another_may_begin(server: FeedServer) -> None:
    """When it has to wait for its host, and when it is set aside as slow; not when it runs as it should."""

    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    hanging, good = server.runs("/hanging", silent), server.gives("/good")
    told: list[str] = []
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin], per_host_gap_s=0, total_timeout_s=0.6, slow_after_s=0.1
    ) as fetcher:
        await fetcher.fetch(good, fresh(good), lambda: told.append("alone"))
        slow = asyncio.create_task(fetcher.fetch(hanging, fresh(hanging), lambda: told.append("slow")))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(fetcher.fetch(good, fresh(good), lambda: told.append("behind")))
        await asyncio.wait([slow, waiting])

    assert told == ["behind", "slow"]
    assert isinstance(slow.result(), Failed) and isinstance(waiting.result(), Fetched)


async def test_a_fetch_that_is_cancelled_while_it_waits_leaves_its_place_to_others(server: FeedServer) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    hanging, good = server.runs("/hanging", silent), server.gives("/good")
    async with Fetcher(
        user_agent=USER_AGENT, allow_private=[server.origin], per_host_gap_s=0, per_host_limit=4, concurrency=1
    ) as fetcher:
        first = asyncio.create_task(fetcher.fetch(hanging, fresh(hanging)))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(fetcher.fetch(good, fresh(good)))
        await asyncio.sleep(0.05)
        first.cancel()
        second.cancel()
        await asyncio.wait([first, second])
        async with asyncio.timeout(5):
            assert isinstance(await fetcher.fetch(good, fresh(good)), Fetched)


async def test_a_host_that_was_closed_before_a_restart_stays_closed(fetcher: Fetcher, server: FeedServer) -> None:
    feed = server.gives("/feed")
    fetcher.keep_closed(server.url("/other"), datetime.now(UTC) + timedelta(minutes=2))

    assert isinstance(await fetcher.fetch(feed, fresh(feed)), Deferred)
    assert server.requests == []


async def test_cancelling_passes_through_and_frees_the_host(fetcher: Fetcher, server: FeedServer) -> None:
    reached = asyncio.Event()

    async def silent(request: web.Request) -> web.StreamResponse:
        reached.set()
        await asyncio.sleep(60)
        return web.Response()

    hanging, good = server.runs("/hanging", silent), server.gives("/good")
    task = asyncio.create_task(fetcher.fetch(hanging, fresh(hanging)))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert isinstance(await fetcher.fetch(good, fresh(good)), Fetched)
