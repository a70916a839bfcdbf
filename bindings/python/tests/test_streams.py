# SPDX-License-Identifier: MIT
"""TCP streams and listeners, and readiness of Python's own sockets."""

import asyncio
import contextlib
import errno
import os
import random
import socket
import threading

import pytest

import rota


@contextlib.contextmanager
def pair(rt):
    """Two connected streams."""
    with rt.listen() as listener:
        accepted = listener.accept()
        a = rt.connect(*listener.address).result(5)
        with a, accepted.result(5) as b:
            yield a, b


def test_on_plain_threads(rt):
    with pair(rt) as (a, b):
        assert a.local_address == b.peer_address and a.peer_address == b.local_address
        a.write(b"hello").result(5)
        assert b.read().result(5) == b"hello"
        b.write(bytearray(b"abc")).result(5)
        b.write(memoryview(b"def")).result(5)
        assert a.read_exactly(6).result(5) == b"abcdef"
        assert a.read(0).result(5) == b""
        a.shutdown()
        assert b.read().result(5) == b""
        b.write(b"still").result(5)
        assert a.read(3).result(5) == b"sti" and a.read(10).result(5) == b"ll"


def test_echo(rt, run):
    async def serve(listener):
        async for stream in listener:
            asyncio.get_running_loop().create_task(echo(stream))

    async def echo(stream):
        async with stream:
            while data := await stream.read():
                await stream.write(data)

    async def client(address, i):
        async with await rota.connect(*address) as stream:
            for k in range(20):
                message = f"{i} {k}".encode()
                await stream.write(message)
                assert await stream.read_exactly(len(message)) == message

    async def main():
        async with rota.listen() as listener:
            server = asyncio.create_task(serve(listener))
            await asyncio.gather(*(client(listener.address, i) for i in range(50)))
            server.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await server

    run(main())


def test_large_data_both_ways(rt, run):
    data = random.Random(1).randbytes(20_000_000)

    async def main():
        with pair(rt) as (a, b):
            _, got = await asyncio.gather(a.write(data), b.read_exactly(len(data)))
            assert got == data
            writing = b.write(data)
            buffer, view = bytearray(len(data)), 0
            while view < len(data):
                view += await a.readinto(memoryview(buffer)[view:])
            await writing
            assert buffer == data

    run(main())


def test_writes_keep_their_order_and_go_on_when_dropped(rt):
    with pair(rt) as (a, b):
        blocks = [bytes([i]) * 300_000 for i in range(40)]
        for block in blocks:
            a.write(block)
        assert b.read_exactly(300_000 * 40).result(20) == b"".join(blocks)


def test_buffers_are_locked_while_the_engine_has_them(rt):
    with pair(rt) as (a, b):
        big = bytearray(30_000_000)
        writing = a.write(big)
        with pytest.raises(BufferError):
            big.append(1)
        assert writing.cancel()
        big.append(1)
        buffer = bytearray(10)
        reading = b"", a.readinto(buffer)
        with pytest.raises(BufferError):
            buffer.clear()
        assert reading[1].cancel()
        buffer.clear()
        assert b.read().result(5)


def test_a_read_that_is_given_up_loses_nothing(rt, run):
    async def main():
        with pair(rt) as (a, b):
            rng, sent, got = random.Random(2), b"", b""
            for i in range(300):
                reading = asyncio.ensure_future(b.read(100) if i % 2 else b.read_exactly(3))
                for _ in range(rng.randrange(1, 4)):  # the await begins
                    await asyncio.sleep(0)
                message = bytes([i % 256]) * rng.randrange(1, 6)
                sent += message
                await a.write(message)
                for _ in range(rng.randrange(6)):
                    await asyncio.sleep(0)
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    got += await reading
            got += await b.read_exactly(len(sent) - len(got))
            assert got == sent

    run(main())


def test_dropped_reads_lose_nothing(rt):
    with pair(rt) as (a, b):
        for i in range(200):
            b.read(10)
            a.write(bytes([i])).result(5)
            b.read(1)
        assert b.read_exactly(200).result(5) == bytes(range(200))


def test_an_accept_that_is_given_up_loses_no_connection(rt):
    with rt.listen() as listener:
        clients = []
        for _ in range(20):
            accepting = listener.accept()
            clients.append(rt.connect(*listener.address))
            clients[-1].result(5)
            del accepting
        streams = [listener.accept().result(5) for _ in range(20)]
        assert {s.peer_address for s in streams} == {c.result().local_address for c in clients}


def test_the_end_of_the_stream(rt):
    with pair(rt) as (a, b):
        a.write(b"abc").result(5)
        a.close()
        with pytest.raises(EOFError, match="read()"):
            b.read_exactly(10).result(5)
        assert b.read().result(5) == b"abc" and b.read().result(5) == b""
        assert b.readinto(bytearray(4)).result(5) == 0


def test_closing_ends_what_is_pending(rt):
    with pair(rt) as (a, b):
        reading = a.read()
        a.close()
        a.close()
        for task in (reading, b.read_exactly(1)):
            assert isinstance(task.exception(5), (OSError, EOFError))
        with pytest.raises(OSError) as caught:
            a.read().result(5)
        assert caught.value.errno == errno.EBADF
        with pytest.raises(OSError):
            a.write(b"x").result(5)
    listener = rt.listen()
    accepting = listener.accept()
    listener.close()
    assert accepting.exception(5).errno == errno.EBADF


def test_writing_to_who_is_gone(rt):
    with pair(rt) as (a, b):
        b.close()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(1000):
                a.write(b"x" * 100_000).result(5)


def test_errors_have_their_classes(rt):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = taken.getsockname()
        with pytest.raises(ConnectionRefusedError):
            rt.connect(*address).result(5)
        with pytest.raises(OSError) as caught:
            rt.listen(*address)
        assert caught.value.errno == errno.EADDRINUSE
    with pytest.raises(socket.gaierror):
        rt.connect("host.invalid", 1).result(30)
    with pytest.raises(OSError):
        rt.listen("192.0.2.1")


def test_bad_arguments(rt):
    with pair(rt) as (a, _):
        for call, error in ((lambda: a.read(-1), ValueError), (lambda: a.read("x"), TypeError),
                            (lambda: a.read_exactly(-1), ValueError), (lambda: a.read_exactly(), TypeError),
                            (lambda: a.readinto(b"x"), (TypeError, BufferError)), (lambda: a.write("x"), TypeError),
                            (lambda: a.write(5), TypeError), (lambda: a.shutdown(9), ValueError),
                            (lambda: rota.Stream(), TypeError), (lambda: rt.listen(port=-1), ValueError),
                            (lambda: rt.listen(backlog=-1), ValueError)):
            with pytest.raises(error):
                call()


def test_with_python_on_the_other_side(rt):
    with rt.listen(reuse_port=True, backlog=5) as listener, socket.create_connection(listener.address) as client:
        with listener.accept().result(5) as stream:
            assert stream.fileno() > 0
            stream.write(b"x" * 1000).result(5)
            assert client.recv(10) == b"x" * 10


def test_an_always_ready_stream_does_not_starve_the_loop(rt, run):
    async def main():
        with pair(rt) as (a, b):
            ticks = 0

            async def tick():
                nonlocal ticks
                while True:
                    ticks += 1
                    await asyncio.sleep(0)

            ticking = asyncio.create_task(tick())
            await asyncio.sleep(0)
            await a.write(b"x" * 1000)
            before = ticks
            for _ in range(1000):
                await b.read(1)
            assert ticks - before >= 5
            ticking.cancel()

    run(main())


def test_readiness_of_pythons_sockets(rt, run):
    async def main():
        a, b = socket.socketpair()
        with a, b:
            a.setblocking(False)
            assert await rota.wait_writable(a) & rota.WRITABLE
            waiting = asyncio.ensure_future(rota.wait_readable(a))
            await asyncio.sleep(0.01)
            assert not waiting.done()
            b.send(b"x")
            assert await waiting & rota.READABLE
            with rt.register(a) as ready:
                assert await ready.readable() & rota.READABLE
                with pytest.raises(FileExistsError, match="Readiness"):
                    rt.register(a)
                a.recv(1)
                nap = ready.readable()
                b.close()
                assert await nap & rota.CLOSED
            with pytest.raises(OSError):
                await ready.writable()

    run(main())


def test_readiness_refuses_what_has_none(rt, tmp_path):
    with open(tmp_path / "file", "w", encoding="utf-8") as file:
        with pytest.raises(OSError):
            rt.register(file)
    for bad, error in ((-1, ValueError), ("x", TypeError), (99999, OSError)):
        with pytest.raises(error):
            rt.wait_readable(bad)


def test_readiness_of_pipes(rt):
    r, w = os.pipe()
    os.set_blocking(r, False)
    waiting = rt.wait_readable(r)
    assert not waiting.done()
    threading.Timer(0.01, os.write, (w, b"x")).start()
    assert waiting.result(5) & rota.READABLE
    os.close(r)
    os.close(w)
