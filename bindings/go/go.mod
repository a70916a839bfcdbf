module rota

go 1.25

require golang.org/x/net v0.44.0
