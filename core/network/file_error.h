// The exception for files that cannot be read, written or believed.
#pragma once

#include <stdexcept>

namespace diffuscope::network {

// what() is one sentence that names the file and says what to do.
class FileError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

}  // namespace diffuscope::network
