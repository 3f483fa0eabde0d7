<%@ page language="java" contentType="text/html; charset=UTF-8" pageEncoding="UTF-8"%>
<%@ page import="java.util.*" %>

<%
    // 세션 생성 시간 및 세션 ID
    String sessionId = session.getId();
    Date createTime = new Date(session.getCreationTime());
    Date lastAccess = new Date(session.getLastAccessedTime());

    // 세션에 카운터 저장
    Integer count = (Integer)session.getAttribute("count");
    if(count == null) {
        count = 1;
    } 
    else {
        count++;
    }
    session.setAttribute("count", count);
%>
<html>
    <head>
        <title>Tomcat Session Cluster Test</title>
    </head>
    <body>
        <h2>Tomcat Session Clustering Test</h2>
        
        <hr>
        
        <p><b>Session ID:</b><%= sessionId %></p>
        <p><b>Session Create Time:</b><%= createTime %></p>
        <p><b>Last Access Time:</b><%= lastAccess %></p>
        <p><b>Access Count (세션 유지 확인용):</b><%= count %></p>
        
        <p><a href="sessionTest.jsp">[새로고침]</a></p>
    </body>
</html>
