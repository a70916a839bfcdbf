/* SPDX-License-Identifier: MIT
 *
 * What an embedder relies on in rota.dll as a file: it exports the functions of rota.h and nothing else, and needs no
 * DLL that Windows does not bring. Usage: dll_test rota.dll rota.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int failures;

static void complain(const char* what, const char* name) {
  printf("FAILED: %s%s\n", what, name);
  failures++;
}

/* A loaded module: addresses in its headers count from its beginning. */
static const char* at(HMODULE module, DWORD offset) { return (const char*)module + offset; }

static const IMAGE_DATA_DIRECTORY* directory(HMODULE module, int which) {
  const IMAGE_DOS_HEADER* dos = (const void*)at(module, 0);
  const IMAGE_NT_HEADERS* nt = (const void*)at(module, (DWORD)dos->e_lfanew);
  return &nt->OptionalHeader.DataDirectory[which];
}

/* The name that a line of rota.h declares as exported, in place; NULL when it declares none. */
static char* declared(char* line) {
  static const char mark[] = "ROTA_API ";
  if (strncmp(line, mark, sizeof mark - 1) != 0) return NULL;
  char* end = strchr(line, '(');
  if (end == NULL) return NULL;
  *end = '\0';
  return strrchr(line, ' ') + 1;
}

static DWORD check_declarations(HMODULE module, const char* header) {
  FILE* file = fopen(header, "r");
  if (file == NULL) complain("cannot read ", header);
  DWORD count = 0;
  char line[512];
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char* name = declared(line);
    if (name == NULL) continue;
    while (*name == '*') ++name;
    if (GetProcAddress(module, name) == NULL) complain("it does not export ", name);
    ++count;
  }
  if (file != NULL) fclose(file);
  return count;
}

static void check_exports(HMODULE module, DWORD wanted) {
  const IMAGE_EXPORT_DIRECTORY* exports =
      (const void*)at(module, directory(module, IMAGE_DIRECTORY_ENTRY_EXPORT)->VirtualAddress);
  const DWORD* names = (const void*)at(module, exports->AddressOfNames);
  for (DWORD i = 0; i < exports->NumberOfNames; ++i) {
    const char* name = at(module, names[i]);
    if (strncmp(name, "rota_", 5) != 0) complain("it exports ", name);
  }
  printf("%lu exports, %lu declarations\n", exports->NumberOfNames, wanted);
  if (exports->NumberOfNames != wanted) complain("it exports more, or less, than ", "rota.h declares");
  if (exports->NumberOfFunctions != wanted) complain("it exports functions without a ", "name");
  if (wanted < 100) complain("rota.h was not ", "understood");
}

static void check_imports(HMODULE module) {
  /* Parts of Windows since 10. */
  static const char* const allowed[] = {"kernel32.dll", "msvcrt.dll", "ucrtbase.dll", "ws2_32.dll", "ntdll.dll",
                                        "advapi32.dll", "bcrypt.dll", "dbghelp.dll",  "api-ms-win-"};
  const IMAGE_IMPORT_DESCRIPTOR* entry =
      (const void*)at(module, directory(module, IMAGE_DIRECTORY_ENTRY_IMPORT)->VirtualAddress);
  for (; entry->Name != 0; ++entry) {
    const char* name = at(module, entry->Name);
    int found = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; ++i) {
      found |= _strnicmp(name, allowed[i], strlen(allowed[i])) == 0;
    }
    printf("needs %s\n", name);
    if (!found) complain("it needs ", name);
  }
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const HMODULE module = LoadLibraryA(argv[1]);
  if (module == NULL) {
    complain("it cannot be loaded: ", argv[1]);
    return 1;
  }
  check_exports(module, check_declarations(module, argv[2]));
  check_imports(module);
  return failures != 0;
}
