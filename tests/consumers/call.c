/* A consumer in C: compiled for one version, run with the same. */
#include <boxoffice.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    boxoffice_office *office = NULL;
    boxoffice_error error = BOXOFFICE_ERROR_INIT;
    int64_t user = 0;
    if (strcmp(boxoffice_version(), BOXOFFICE_VERSION) != 0 || boxoffice_abi() != BOXOFFICE_ABI) return 2;
    if (boxoffice_open(":memory:", 8, NULL, &office, &error) != BOXOFFICE_OK ||
        boxoffice_create_user(office, "mina", 4, &user, &error) != BOXOFFICE_OK) {
        fprintf(stderr, "call: %s\n", error.message);
        return 1;
    }
    boxoffice_close(&office);
    printf("user: %d\n", user > 0);
    return 0;
}
