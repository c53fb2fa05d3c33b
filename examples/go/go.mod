module boxoffice.example/go

go 1.19
