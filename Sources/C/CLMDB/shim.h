// LMDB as Debian ships it.
#pragma once

// As CLinux does: modules that read one system header under different macros cannot be imported together.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <lmdb.h>
