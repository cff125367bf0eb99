//go:build tools

// Package tools names the one program that this module pins: Pulumi's command line, the referee of the Pulumi tests.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
