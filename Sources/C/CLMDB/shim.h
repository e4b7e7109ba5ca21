// LMDB as Debian ships it.
#pragma once

#include <lmdb.h>
