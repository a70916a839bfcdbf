-- SPDX-License-Identifier: MIT
function love.conf(t)
  t.identity = "rota"
  t.window.title = "rota: streaming a landscape at 60 frames a second"
  -- Small, so that a machine which draws in software holds 60 frames a second when nothing loads.
  t.window.width, t.window.height = 512, 288
  t.window.vsync = 0 -- main.lua keeps the pace itself, the same with and without a display's help
  for _, name in ipairs({ "audio", "joystick", "physics", "sound", "thread", "touch", "video" }) do
    t.modules[name] = false
  end
end
