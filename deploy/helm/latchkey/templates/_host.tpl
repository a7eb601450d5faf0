{{/* The host of an URL. */}}
{{- define "latchkey.host" -}}
{{- (urlParse .).hostname -}}
{{- end -}}
