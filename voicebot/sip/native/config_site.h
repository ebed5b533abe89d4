/* Build-time limits of pjproject for a telephone hotline: no sound card, no video, many calls. */

/* More than 1024 sockets needs epoll (--enable-epoll). */
#define PJ_IOQUEUE_MAX_HANDLES 4096
#define PJ_HAS_IPV6 1

#define PJSUA_MAX_CALLS 512
#define PJSUA_MAX_ACC 64
#define PJSUA_MAX_CONF_PORTS 1600
#define PJSUA_MAX_PLAYERS 16
#define PJSUA_MAX_RECORDERS 16
#define PJSIP_MAX_TSX_COUNT 4095
#define PJSIP_MAX_DIALOG_COUNT 2047
#define PJSIP_MAX_PKT_LEN 16000

/* A burst of INVITEs must not be lost in the kernel while a call is being set up. */
#define PJSIP_UDP_SO_RCVBUF_SIZE 4194304

#define PJMEDIA_HAS_VIDEO 0
#define PJ_LOG_MAX_LEVEL 5

/* A connection that brings no SIP message for so long is closed: half-open ones, slow ones. */
#define PJSIP_TRANSPORT_SERVER_IDLE_TIME_FIRST 20

/* How long the source of RTP that is heard is kept after its last packet: see rtp_source.patch. */
#define PJMEDIA_RTP_SOURCE_HOLD_MSEC 2000

/* Connections that wait to be taken in: with the usual 5, a few dozen that say nothing make
   everybody else's connection wait for seconds. */
#define PJSIP_TCP_TRANSPORT_BACKLOG 511
#define PJSIP_TLS_TRANSPORT_BACKLOG 511
