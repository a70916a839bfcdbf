# SPDX-License-Identifier: MIT
#
# What a script may expect of the autoload `rota`. Each test is a coroutine; the run ends when the last has.
extends Node

const TESTS = [
	"a_script_awaits_a_sleep", "results_are_bytes", "errors_have_names", "files_are_read", "cancelling_ends_an_await",
	"a_task_nobody_holds_completes", "many_at_once_lose_nothing", "a_budget_is_kept", "signals_come_in_process_alone",
	"misuse_is_answered_with_null", "another_engine_beside_it_ends_with_its_node",
	"a_shutdown_by_hand_cancels_and_answers",
]

var passed = 0
var failed = 0
var test = ""
var frame = 0

func _process(_delta):
	frame += 1

func _ready():
	for name in TESTS:
		test = name
		var before = failed
		var state = call(name)
		if state is GDScriptFunctionState and state.is_valid():
			yield(state, "completed")
		if failed == before:
			passed += 1
			print("ok    ", name)
	equal(rota.pending(), 0)
	print("%d passed, %d failed" % [passed, failed])
	OS.exit_code = 0 if failed == 0 and passed == TESTS.size() else 1
	get_tree().quit(OS.exit_code)

func equal(is_value, wanted):
	if typeof(is_value) != typeof(wanted) or is_value != wanted:
		failed += 1
		print("FAIL  %s: %s is not %s" % [test, is_value, wanted])

func check(what, text):
	if not what:
		failed += 1
		print("FAIL  %s: %s" % [test, text])

func bytes(list):
	return PoolByteArray(list)

func a_script_awaits_a_sleep():
	var start = OS.get_ticks_usec()
	var first_frame = frame
	var task = rota.sleep(0.05)
	equal(task.is_done(), false)
	equal(task.status_name(), "ROTA_PENDING")
	equal(yield(task, "completed"), null)
	# Godot's clock is not disciplined by NTP, the engine's is: they may differ by 500 millionths.
	var took = OS.get_ticks_usec() - start
	check(took >= 50000 - 50, "it came after %d us" % took)
	check(frame > first_frame, "no frame went by meanwhile")
	equal(task.is_done(), true)
	equal(task.status_name(), "ROTA_OK")
	equal(task.status(), 0)

func results_are_bytes():
	var result = yield(rota.run("reverse", bytes([1, 2, 3])), "completed")
	equal(Array(result), [3, 2, 1])
	var task = rota.run_blocking("reverse", bytes([]))
	equal(Array(yield(task, "completed")), [])
	equal(Array(task.result()), [])

func errors_have_names():
	for method in ["run", "run_blocking"]:
		var task = rota.call(method, "fail", bytes([]))
		equal(yield(task, "completed"), null)
		equal(task.status_name(), "ROTA_EPROTO")
		equal(task.result(), null)

func files_are_read():
	var path = ProjectSettings.globalize_path("res://main.gd")
	var text = yield(rota.read_file(path), "completed")
	equal(text.get_string_from_utf8().begins_with("# SPDX-License-Identifier: MIT"), true)
	var file = File.new()
	file.open("res://main.gd", File.READ)
	equal(text.size(), file.get_len())
	var missing = rota.read_file("/no such file")
	equal(yield(missing, "completed"), null)
	equal(missing.status_name(), "ROTA_ENOENT")
	var folder = rota.read_file(ProjectSettings.globalize_path("res://"))
	equal(yield(folder, "completed"), null)
	check(folder.status() < 0, "a folder was read")

func cancelling_ends_an_await():
	var task = rota.sleep(1000)
	equal(task.cancel(), true)
	equal(yield(task, "completed"), null)
	equal(task.status_name(), "ROTA_ECANCELED")
	equal(task.cancel(), false)
	# A blocking call that runs is not stopped.
	var held = rota.run_blocking("held", bytes([7]))
	while held.cancel():
		held = rota.run_blocking("held", bytes([7])) # it was still queued
	yield(rota.run("open gate", bytes([])), "completed")
	if not held.is_done():
		yield(held, "completed")
	equal(Array(held.result()), [7])

func a_task_nobody_holds_completes():
	for _i in range(100):
		var _task = rota.run("reverse", bytes([1]))
	var _sleep = rota.sleep(0.01)
	_sleep = null
	while rota.pending() > 0:
		yield(get_tree(), "idle_frame")

var arrived = 0

func count_arrival(result, number):
	arrived += 1
	equal(Array(result), [number % 256, 1])

func many_at_once_lose_nothing():
	arrived = 0
	for i in range(2000):
		var task = rota.call("run" if i % 2 == 0 else "run_blocking", "reverse", bytes([1, i % 256]))
		task.connect("completed", self, "count_arrival", [i])
	while rota.pending() > 0:
		yield(get_tree(), "idle_frame")
	equal(arrived, 2000)

var busy_frames = {}

func take_half_a_millisecond(_result):
	busy_frames[frame] = busy_frames.get(frame, 0) + 1
	var until = OS.get_ticks_usec() + 500
	while OS.get_ticks_usec() < until:
		pass

func a_budget_is_kept():
	busy_frames = {}
	rota.set_budget(2)
	for _i in range(60):
		rota.run("reverse", bytes([])).connect("completed", self, "take_half_a_millisecond")
	while rota.pending() > 0:
		yield(get_tree(), "idle_frame")
	var most = 0
	for count in busy_frames.values():
		most = max(most, count)
	# Four items of half a millisecond fill two.
	check(most <= 5, "%d items in a frame" % most)
	check(busy_frames.size() >= 12, "%d frames for 60 items" % busy_frames.size())

func signals_come_in_process_alone():
	var seen = []
	for method in ["run", "run_blocking"]:
		rota.call(method, "reverse", bytes([])).connect("completed", self, "note", [seen, method])
	# Long after both have ended, on this thread: nothing comes between the lines of a script.
	OS.delay_msec(50)
	equal(seen, [])
	equal(rota.pending(), 2)
	while rota.pending() > 0:
		yield(get_tree(), "idle_frame")
	seen.sort()
	equal(seen, ["run", "run_blocking"])

func misuse_is_answered_with_null():
	equal(rota.sleep(-1), null)
	equal(rota.sleep("long"), null)
	equal(rota.sleep(), null)
	equal(rota.read_file(7), null)
	equal(rota.run("no such job", bytes([])), null)
	equal(rota.run(3, bytes([])), null)
	equal(rota.run("reverse", "text"), null)
	equal(rota.run("reverse"), null)
	equal(rota.pending(), 0)

func another_engine_beside_it_ends_with_its_node():
	var other = load("res://rota.gdns").new()
	add_child(other)
	yield(other.sleep(0.001), "completed")
	var sleeping = other.sleep(1000)
	var quick = other.run("reverse", bytes([1]))
	var seen = []
	sleeping.connect("completed", self, "note", [seen, "sleeping"])
	quick.connect("completed", self, "note", [seen, "quick"])
	yield(get_tree(), "idle_frame")
	other.free() # not before everything has come
	seen.sort()
	equal(seen, ["quick", "sleeping"])
	equal(sleeping.status_name(), "ROTA_ECANCELED")

func a_shutdown_by_hand_cancels_and_answers():
	var other = load("res://rota.gdns").new()
	add_child(other)
	# Here a signal's receiver shuts the engine down that emits it.
	yield(other.sleep(0), "completed")
	var sleeping = other.sleep(1000)
	other.shutdown()
	other.shutdown()
	equal(other.sleep(1), null)
	equal(yield(sleeping, "completed"), null)
	equal(sleeping.status_name(), "ROTA_ECANCELED")
	other.queue_free()

func note(_result, seen, what):
	seen.append(what)
