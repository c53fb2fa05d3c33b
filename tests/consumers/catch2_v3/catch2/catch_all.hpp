#pragma once
namespace Catch {
class Session {
  public:
    int run(int argc, char* argv[]);  // in the library
};
}  // namespace Catch
