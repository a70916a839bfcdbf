/* SPDX-License-Identifier: MIT
 *
 * ROTA_API: how a function of rota.h is seen from outside. Define ROTA_SHARED when linking librota as a shared library
 * on Windows; ROTA_BUILDING is the library's own.
 */
#ifndef ROTA_EXPORT_H
#define ROTA_EXPORT_H

#if defined(_WIN32) && defined(ROTA_BUILDING)
#define ROTA_API __declspec(dllexport)
#elif defined(_WIN32) && defined(ROTA_SHARED)
#define ROTA_API __declspec(dllimport)
#elif defined(__GNUC__)
#define ROTA_API __attribute__((visibility("default")))
#else
#define ROTA_API
#endif

#endif /* ROTA_EXPORT_H */
