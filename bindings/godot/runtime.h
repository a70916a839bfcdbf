/* SPDX-License-Identifier: MIT
 *
 * Rota: a Node that is an engine. In the tree, its _process handles completions within a budget of each frame.
 */
#ifndef ROTA_GODOT_RUNTIME_H
#define ROTA_GODOT_RUNTIME_H

void runtime_register(void* handle);

#endif /* ROTA_GODOT_RUNTIME_H */
